export { createDependencies } from './dependencies.ts';
export { createNodes, name } from './plugin.ts';
