export { lockRequirements, pythonOf, type ServiceFolder, setUpEnvironment } from './environment.ts';
export { runModule } from './run-module.ts';
export { type ProcessOutcome, type ProcessRequest, runProcess } from './run-process.ts';
export { findUv, type PythonWorld, venvExecutable } from './uv.ts';
