import type { TargetConfiguration } from '@nx/devkit';

/** Prints the objects; needs no cluster. */
export const renderTarget = (): TargetConfiguration => ({
  executor: '@modelyard/nx:render',
  cache: false,
  metadata: { description: 'Prints the Kubernetes objects as YAML' },
});

/** Depends on nothing, because Nx runs dependencies also for --dry-run: it deploys the image that was built last. */
export const deployTarget = (): TargetConfiguration => ({
  executor: '@modelyard/nx:deploy',
  cache: false,
  metadata: { description: 'Deploys the last image and proves it with golden predictions' },
});

export const statusTarget = (): TargetConfiguration => ({
  executor: '@modelyard/nx:status',
  cache: false,
  metadata: { description: 'Shows what runs in an environment' },
});

export const destroyTarget = (): TargetConfiguration => ({
  executor: '@modelyard/nx:destroy',
  cache: false,
  metadata: { description: 'Deletes the objects from an environment' },
});

export const diffTarget = (): TargetConfiguration => ({
  executor: '@modelyard/nx:diff',
  cache: false,
  metadata: { description: 'Shows what a deploy would change' },
});

export const promoteTarget = (): TargetConfiguration => ({
  executor: '@modelyard/nx:promote',
  cache: false,
  metadata: { description: 'Deploys the image that is proved in one environment to another' },
});

export const rollbackTarget = (): TargetConfiguration => ({
  executor: '@modelyard/nx:rollback',
  cache: false,
  metadata: { description: 'Brings an earlier revision back' },
});

export const canaryTarget = (): TargetConfiguration => ({
  executor: '@modelyard/nx:canary',
  cache: false,
  metadata: { description: 'Shows the canary; --action=promote or abort ends it' },
});

export const logsTarget = (): TargetConfiguration => ({
  executor: '@modelyard/nx:logs',
  cache: false,
  metadata: { description: 'Prints the logs of the pods' },
});

export const historyTarget = (): TargetConfiguration => ({
  executor: '@modelyard/nx:history',
  cache: false,
  metadata: { description: 'Lists the revisions' },
});
