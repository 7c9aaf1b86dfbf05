export { type BaseImage, ensureBaseImage, STAND_IN_LABEL } from './base-image.ts';
export { type StartedEngine, startEngine } from './engine.ts';
export { cacheDirectory, type Machine, runTool, showStep } from './machine.ts';
export { CLUSTER_PACKAGES, ENGINE_PACKAGES, ensurePackages } from './packages.ts';
