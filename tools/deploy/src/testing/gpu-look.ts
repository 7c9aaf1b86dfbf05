import type { DeployRequest } from '../deploy-request.ts';
import { requestFor } from './api.ts';
import { kubectl } from './kubectl.ts';

const RUNTIME_CLASS = { apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', metadata: { name: 'looked-for' }, handler: 'nvidia' };

/** A dry run that asks for more GPUs than any node has: it reads all that preflight reads of GPUs, and ends with "no-gpu-room". */
export const gpuLook = (namespace: string): DeployRequest =>
  requestFor(namespace, { deploy: { gpus: 16, gpu: { runtimeClass: RUNTIME_CLASS.metadata.name } } }, { dryRun: true });

/** Makes the runtime class that the look asks for; gives what takes it away again. */
export async function withRuntimeClass(): Promise<() => Promise<unknown>> {
  await kubectl(['apply', '-f', '-'], JSON.stringify(RUNTIME_CLASS));
  return () => kubectl(['delete', 'runtimeclass', RUNTIME_CLASS.metadata.name]);
}
