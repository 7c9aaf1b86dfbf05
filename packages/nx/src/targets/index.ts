import type { ServiceSpec } from '@modelyard/core';
import type { TargetConfiguration } from '@nx/devkit';
import {
  deployTarget,
  destroyTarget,
  diffTarget,
  historyTarget,
  logsTarget,
  renderTarget,
  rollbackTarget,
  statusTarget,
} from './cluster-targets.ts';
import { dockerBuildTarget, dockerRunTarget } from './image-targets.ts';
import { evaluateTarget, lockTarget, serveTarget, setupTarget, testTarget, trainTarget } from './python-targets.ts';

export { libTargets } from './lib-targets.ts';

type Targets = Record<string, TargetConfiguration>;

/** Every target of a service, and what builds it. */
const TARGETS: Readonly<Record<string, (spec: ServiceSpec) => TargetConfiguration>> = {
  setup: setupTarget,
  lock: lockTarget,
  train: trainTarget,
  evaluate: evaluateTarget,
  test: testTarget,
  serve: serveTarget,
  'docker-build': dockerBuildTarget,
  'docker-run': dockerRunTarget,
  render: renderTarget,
  diff: diffTarget,
  deploy: deployTarget,
  rollback: rollbackTarget,
  status: statusTarget,
  logs: logsTarget,
  history: historyTarget,
  destroy: destroyTarget,
};

/** Every target of a service. */
export function serviceTargets(spec: ServiceSpec): Targets {
  return Object.fromEntries(Object.entries(TARGETS).map(([name, build]) => [name, build(spec)]));
}

/** The same targets of a service whose model-service.yaml has problems: each one ends by printing them. */
export function brokenTargets(): Targets {
  return Object.fromEntries(Object.keys(TARGETS).map((name) => [name, renderTarget()]));
}
