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
import { dockerBuildTarget, dockerPushTarget, dockerRunTarget } from './image-targets.ts';
import { evaluateTarget, lockTarget, serveTarget, setupTarget, testTarget, trainTarget } from './python-targets.ts';

export { libTargets } from './lib-targets.ts';

type Targets = Record<string, TargetConfiguration>;

/** Every target of a service. */
export function serviceTargets(spec: ServiceSpec): Targets {
  return {
    setup: setupTarget(),
    lock: lockTarget(),
    train: trainTarget(),
    evaluate: evaluateTarget(),
    test: testTarget(),
    serve: serveTarget(spec),
    'docker-build': dockerBuildTarget(),
    'docker-push': dockerPushTarget(),
    'docker-run': dockerRunTarget(),
    render: renderTarget(),
    diff: diffTarget(),
    deploy: deployTarget(),
    rollback: rollbackTarget(),
    status: statusTarget(),
    logs: logsTarget(),
    history: historyTarget(),
    destroy: destroyTarget(),
  };
}

/** Targets of a service whose model-service.yaml has problems: each one ends by printing them. */
export function brokenTargets(): Targets {
  const explain = renderTarget();
  const names = [
    'setup',
    'lock',
    'train',
    'evaluate',
    'test',
    'serve',
    'docker-build',
    'docker-push',
    'docker-run',
    'render',
    'diff',
    'deploy',
    'rollback',
    'status',
    'logs',
    'history',
    'destroy',
  ];
  return Object.fromEntries(names.map((name) => [name, explain]));
}
