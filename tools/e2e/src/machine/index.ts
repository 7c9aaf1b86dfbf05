export { type BaseImage, ensureBaseImage, STAND_IN_LABEL } from './base-image.ts';
export { type StartedEngine, startEngine } from './engine.ts';
export { type Machine, runTool, showStep } from './machine.ts';
export { CLUSTER_PACKAGES, ENGINE_PACKAGES, ensurePackages, REGISTRY_PACKAGES } from './packages.ts';
export { type RunningRegistry, startRegistry } from './registry.ts';
