import { createHash } from 'node:crypto';
import { MODEL_PATH_VARIABLE, type ServiceSpec } from '@modelyard/core';
import { type KubeObject, parseQuantity } from '../kube/index.ts';
import { metadataOf } from './labels.ts';
import { modelPath } from './model-mount.ts';
import type { RenderRequest } from './request.ts';

export interface ConfigMap extends KubeObject {
  readonly data: Readonly<Record<string, string>>;
}

/** The plain environment of the service's container. */
export function renderConfigMap(spec: ServiceSpec, request: RenderRequest): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: metadataOf(spec, request), data: environmentVariables(spec) };
}

/** The service's own variables over the standard ones, sorted by name. */
export function environmentVariables(spec: ServiceSpec): Record<string, string> {
  const standard = {
    LOG_LEVEL: 'INFO',
    // A request is scored by one thread, and as many requests at once as the pod has cores.
    OMP_NUM_THREADS: '1',
    OPENBLAS_NUM_THREADS: '1',
    SCORING_THREADS: String(threadsPerWorker(spec)),
    ...(spec.model.source ? { [MODEL_PATH_VARIABLE]: modelPath(spec) } : {}),
    UVICORN_PORT: String(spec.serve.port),
    WEB_CONCURRENCY: String(spec.serve.workers),
  };
  return Object.fromEntries(Object.entries({ ...standard, ...spec.deploy.env }).sort(byName));
}

/** A node has more cores than a pod asked for: what a pod takes beyond them, its neighbours miss. */
function threadsPerWorker(spec: ServiceSpec): number {
  const { cpu, cpuLimit } = spec.deploy.resources;
  const cores = Math.ceil(parseQuantity(cpuLimit ?? cpu) ?? 1);
  return Math.max(1, Math.floor(cores / spec.serve.workers));
}

/** sha256 over names and values, each value with its length in bytes so that no two contents look alike. */
export function configHash(data: Readonly<Record<string, string>>): string {
  const lines = Object.entries(data)
    .sort(byName)
    .map(([name, value]) => `${name} ${Buffer.byteLength(value)} ${value}\n`);
  return createHash('sha256').update(lines.join('')).digest('hex');
}

function byName([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : 1;
}
