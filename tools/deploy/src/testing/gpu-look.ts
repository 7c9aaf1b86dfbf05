import type { DeployRequest } from '../deploy-request.ts';
import { requestFor } from './api.ts';
import { kubectl } from './kubectl.ts';

const RUNTIME_CLASS = { apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', metadata: { name: 'looked-for' }, handler: 'nvidia' };

const DEVICE_CLASS = {
  apiVersion: 'resource.k8s.io/v1',
  kind: 'DeviceClass',
  metadata: { name: 'claimed-for' },
  spec: { selectors: [{ cel: { expression: 'device.driver == "gpu.example.com"' } }] },
};

/** A dry run that asks for more GPUs than any node has: it reads all that preflight reads of GPUs, and ends with "no-gpu-room". */
export const gpuLook = (namespace: string): DeployRequest =>
  requestFor(namespace, { deploy: { gpus: 16, gpu: { runtimeClass: RUNTIME_CLASS.metadata.name } } }, { dryRun: true });

/** A dry run that claims a device: it reads what preflight reads of devices, and notes that there are too few. */
export const claimLook = (namespace: string): DeployRequest =>
  requestFor(namespace, { deploy: { gpus: 1, gpu: { claim: 'dra', deviceClass: DEVICE_CLASS.metadata.name } } }, { dryRun: true });

/** A dry run of a service that names what others make: it reads the PriorityClasses, the claim and the IngressClasses, and notes what is missing. */
export const namesLook = (namespace: string): DeployRequest =>
  requestFor(
    namespace,
    {
      model: { path: 'models/churn_model.pkl', source: { pvc: { claim: 'models' } } },
      deploy: { priorityClass: 'system-cluster-critical', ingress: { host: 'churn.example', className: 'nobodys' } },
    },
    { dryRun: true },
  );

/** Makes the runtime class and the device class that the looks ask for; gives what takes them away again. */
export async function withGpuClasses(): Promise<() => Promise<unknown>> {
  const classes = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [RUNTIME_CLASS, DEVICE_CLASS] });
  await kubectl(['apply', '-f', '-'], classes);
  return () => kubectl(['delete', '-f', '-'], classes);
}
