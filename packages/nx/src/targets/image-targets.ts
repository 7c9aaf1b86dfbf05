import type { TargetConfiguration } from '@nx/devkit';

/** Never cached by Nx: a hit on another machine would leave no image in its engine. BuildKit caches the layers. */
export const dockerBuildTarget = (): TargetConfiguration => ({
  executor: '@modelyard/nx:docker-build',
  dependsOn: ['train'],
  cache: false,
  metadata: { description: 'Builds the image and records it in dist/image.json' },
});

/** Depends on nothing: it pushes the image that was built, and tested, last. */
export const dockerPushTarget = (): TargetConfiguration => ({
  executor: '@modelyard/nx:docker-push',
  cache: false,
  metadata: { description: 'Pushes the last image and records its digest' },
});

export const dockerRunTarget = (): TargetConfiguration => ({
  executor: '@modelyard/nx:docker-run',
  cache: false,
  continuous: true,
  metadata: { description: 'Runs the image read-only, without capabilities, as its pod would' },
});
