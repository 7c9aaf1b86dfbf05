import type { TargetConfiguration } from '@nx/devkit';
import { lockTarget, SHARED_INPUTS, setupTarget } from './python-targets.ts';

const SOURCES = ['{projectRoot}/src/**/*', '{projectRoot}/pyproject.toml', '{projectRoot}/README.md'];

/** The wheel. The same sources give the same bytes, so it is cached. */
export const wheelTarget = (): TargetConfiguration => ({
  executor: '@modelyard/nx:wheel',
  dependsOn: ['^build'],
  cache: true,
  inputs: SOURCES,
  outputs: ['{projectRoot}/dist'],
  metadata: { description: 'Builds the wheel that services install' },
});

const libTestTarget = (): TargetConfiguration => ({
  executor: '@modelyard/nx:python',
  dependsOn: ['setup'],
  cache: true,
  inputs: [...SOURCES, '{projectRoot}/tests/**/*', '{projectRoot}/requirements*.txt', ...SHARED_INPUTS],
  outputs: [],
  options: { module: 'pytest' },
  metadata: { description: 'Runs the tests of the package' },
});

/** Every target of a shared package. */
export function libTargets(): Record<string, TargetConfiguration> {
  return { setup: setupTarget(), lock: lockTarget(), build: wheelTarget(), test: libTestTarget() };
}
