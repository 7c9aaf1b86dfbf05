import { formatProblems } from '@modelyard/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deployService } from '../deploy.ts';
import { destroyService } from '../destroy.ts';
import { formatEvent } from '../report/index.ts';
import { problemsOf, recordingWorld, requestFor } from '../testing/api.ts';
import { kubectl } from '../testing/kubectl.ts';

const DRIVER = 'gpu.nvidia.com';
const CLASS = 'lab-gpus';

/** Devices as NVIDIA's driver for dynamic resource allocation publishes them; no such driver runs here, the scheduler that gives them out is real. */
const device = (name: string, productName: string, memory: string) => ({
  name,
  attributes: { productName: { string: productName }, type: { string: 'gpu' } },
  capacity: { memory: { value: memory } },
});
const DEVICES = [
  device('gpu-0', 'NVIDIA A10', '23028Mi'),
  device('gpu-1', 'NVIDIA A10', '23028Mi'),
  device('gpu-2', 'Tesla T4', '15360Mi'),
];
const PUBLISHED = [
  {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'DeviceClass',
    metadata: { name: CLASS },
    spec: { selectors: [{ cel: { expression: `device.driver == "${DRIVER}"` } }] },
  },
  {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceSlice',
    metadata: { name: 'gpu-node-gpus' },
    spec: { driver: DRIVER, nodeName: 'gpu-node', pool: { name: 'gpu-node', generation: 1, resourceSliceCount: 1 }, devices: DEVICES },
  },
];
const asList = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: PUBLISHED });

beforeAll(() => kubectl(['apply', '-f', '-'], asList));
afterAll(() => kubectl(['delete', '-f', '-'], asList));

const claiming = (gpu: { products?: string[]; memoryMiB?: number }, replicas: number) => ({
  deploy: { gpus: 1, replicas, gpu: { claim: 'dra' as const, deviceClass: CLASS, ...gpu } },
});

/** The devices that the scheduler gave to the pods of a namespace. */
async function givenDevices(namespace: string): Promise<string[]> {
  const path = '{range .items[*]}{.status.allocation.devices.results[*].device}{"\\n"}{end}';
  return (await kubectl(['-n', namespace, 'get', 'resourceclaims', '-o', `jsonpath=${path}`])).trim().split('\n').sort();
}

test('the real scheduler gives each pod a device of the product and the memory that the spec names', async () => {
  const request = requestFor('claims', claiming({ products: ['NVIDIA-A10'], memoryMiB: 20_000 }, 2));
  expect(await deployService(request, recordingWorld())).toMatchObject({ outcome: 'deployed', pods: { length: 2 } });
  expect(await givenDevices('claims')).toEqual(['gpu-0', 'gpu-1']);
  await destroyService({ ...request, yes: true }, recordingWorld());
});

test('a claim that no device can meet ends the deploy with the reason of the scheduler', async () => {
  const request = requestFor('too-large', claiming({ memoryMiB: 80_000 }, 1), { timeoutSeconds: 20 });
  const error = await problemsOf(deployService(request, recordingWorld()));
  expect(formatProblems(error.problems).split('\n').slice(0, 4)).toEqual([
    expect.stringMatching(/^unschedulable {2}pod\/churn-\S+ in ns\/too-large: 0\/2 nodes are available: 2 cannot allocate all claims$/),
    '          compare deploy.gpu (deviceClass, products, memoryMiB) with the devices that the cluster has, "kubectl get resourceslices -o yaml", or free GPUs',
    '          | node cpu-node (1 node): no free device that its claim takes',
    '          | node pool NVIDIA-A10 (1 node): no free device that its claim takes',
  ]);
  await destroyService({ ...request, yes: true }, recordingWorld());
});

test('more claims than there are devices are told before anything is sent', async () => {
  const world = recordingWorld();
  await deployService(requestFor('many-claims', claiming({}, 4), { dryRun: true }), world);
  expect(world.events.filter(({ type }) => type === 'noted').map((event) => formatEvent(event, { colours: false }))).toEqual([
    `note     few-devices: 4 devices of class lab-gpus are wanted, the cluster shows 3; the pods wait for more
         add nodes, or lower deploy.replicas`,
  ]);
});
