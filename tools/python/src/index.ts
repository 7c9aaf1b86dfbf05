export { pythonOf, setUpEnvironment } from './environment.ts';
export { type LockRequest, lockRequirements } from './lock-requirements.ts';
export { runModule } from './run-module.ts';
export { type ProcessOutcome, type ProcessRequest, runProcess } from './run-process.ts';
export { buildWheel, type SharedPackage, VENDOR_DIRECTORY, vendorWheels } from './shared-packages.ts';
export { findUv, type PythonWorld, venvExecutable } from './uv.ts';
export type { ServiceFolder } from './uv-run.ts';
