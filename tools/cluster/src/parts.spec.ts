import { createServer } from 'node:net';
import { formatProblems } from '@modelyard/core';
import { expect, test } from 'vitest';
import { controlPlaneProcesses, portsFrom, serverAddresses } from './control-plane.ts';
import { fakeNodeObject } from './fake-nodes.ts';
import { simulatedGpuLabels } from './gpu-labels.ts';
import { fullReference } from './load-image.ts';
import { insideNode } from './node-network.ts';
import { missingToolProblems } from './node-preconditions.ts';
import { clusterNameOf, clusterOfContext, clusterPaths, contextOf, userKubeconfigFile } from './paths.ts';
import { parsePodNetwork } from './pod-networks.ts';
import { isPortFree, PORT_BLOCK, pickPortBlock, portBlock } from './ports.ts';
import { endProcesses, isRunning, startProcess } from './processes.ts';
import { mountsInside } from './stop-node.ts';

const env = { HOME: '/home/me', PATH: process.env.PATH };

test('state and kubeconfig are where the environment says', () => {
  expect(clusterPaths({}, env).directory).toBe('/home/me/.local/state/modelyard/cluster/modelyard');
  expect(clusterPaths({ name: 'b' }, { ...env, XDG_STATE_HOME: '/s' }).stateFile).toBe('/s/modelyard/cluster/b/cluster.json');
  expect(userKubeconfigFile(env)).toBe('/home/me/.kube/config');
  expect(userKubeconfigFile({ ...env, KUBECONFIG: ':/a:/b' })).toBe('/a');
});

test('a context leads back to its cluster', () => {
  expect(['modelyard', 'two'].map(contextOf)).toEqual(['modelyard', 'modelyard-two']);
  expect(['modelyard', 'modelyard-two', 'kind-two'].map(clusterOfContext)).toEqual(['modelyard', 'two', 'two']);
});

test('a name that cannot be one is a problem', () => {
  expect(() => clusterNameOf({ name: 'My Cluster' })).toThrow(
    `bad-cluster-name  --name: "My Cluster" cannot name a cluster
          use lower-case letters, digits and "-", at most 63 characters, for example "modelyard"`,
  );
});

test('two choices of ports never meet, and a block in use is passed over', async () => {
  const [one, two] = await Promise.all([pickPortBlock(), pickPortBlock()]);
  expect(Math.abs(one - two)).toBeGreaterThanOrEqual(PORT_BLOCK);
  expect(portBlock(1000, 0)).not.toBe(portBlock(1001, 0));
  const server = createServer().listen(one, '127.0.0.1');
  expect(await isPortFree(one)).toBe(false);
  server.close();
});

test('a control plane listens on loopback alone and keeps the default admission plugins', () => {
  const plane = { binaries: '/bin', paths: clusterPaths({}, env), address: '127.0.0.1', ports: portsFrom(20000) };
  const processes = controlPlaneProcesses(plane);
  expect(processes.map((service) => service.name)).toEqual(['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler']);
  const args = processes.flatMap((service) => service.args);
  expect(args).toContain('--bind-address=127.0.0.1');
  expect(args).toContain('--enable-admission-plugins=NodeRestriction');
  expect(args.some((arg) => arg.includes('disable-admission'))).toBe(false);
  expect(serverAddresses('127.0.0.1')).toEqual(['127.0.0.1', '10.77.128.1']);
});

test('processes of the node enter its network namespace and nothing else', () => {
  expect(insideNode({ name: 'kubelet', command: '/bin/kubelet', args: ['-v=2'] })).toEqual({
    name: 'kubelet',
    command: 'nsenter',
    args: ['--net=/run/netns/modelyard', '/bin/kubelet', '-v=2'],
  });
});

test('simulated GPUs are labelled as feature discovery would, and as simulated', () => {
  expect(simulatedGpuLabels(0)).toEqual({});
  expect(simulatedGpuLabels(2)).toMatchObject({
    'nvidia.com/gpu.count': '2',
    'nvidia.com/gpu.product': 'NVIDIA-A10',
    'nvidia.com/cuda.driver-version.major': '580',
    'nvidia.com/cuda.driver.major': '580',
    'modelyard.dev/simulated-gpu': 'true',
  });
});

test('a fake node offers what it was given', () => {
  const node = fakeNodeObject({ name: 'a', gpus: 4, labels: { zone: 'x' }, capacity: { cpu: '2' } });
  expect(node.status.allocatable).toMatchObject({ cpu: '2', 'nvidia.com/gpu': '4' });
  expect(node.metadata.labels).toMatchObject({ zone: 'x', 'nvidia.com/gpu.count': '4' });
  expect(fakeNodeObject({ name: 'b' }).status.capacity).not.toHaveProperty('nvidia.com/gpu');
});

test('every missing tool is a problem, all with one line that installs them', () => {
  expect(formatProblems(missingToolProblems(['ctr', 'containerd', 'ip', 'containernetworking-plugins']))).toBe(
    ['the command "ctr" is not on PATH', 'the command "containerd" is not on PATH', 'the command "ip" is not on PATH']
      .concat('the CNI plugins are not in /usr/lib/cni or /opt/cni/bin')
      .map(
        (what) => `missing-tool  modelyard cluster up: ${what}
          apt-get install --no-install-recommends containerd containernetworking-plugins iproute2`,
      )
      .join('\n\n'),
  );
});

test.each([
  ['churn', 'docker.io/library/churn:latest'],
  ['acme/churn:1', 'docker.io/acme/churn:1'],
  ['ghcr.io/acme/churn:1', 'ghcr.io/acme/churn:1'],
  ['localhost:5000/churn', 'localhost:5000/churn:latest'],
  ['localhost/churn:2', 'localhost/churn:2'],
])('the node knows %s as %s', (image, reference) => {
  expect(fullReference(image)).toBe(reference);
});

test('the network of a pod is read from what CNI noted', () => {
  const interfaces = [{ name: 'modelyard0' }, { name: 'eth0', sandbox: '/var/run/netns/cni-1' }];
  expect(parsePodNetwork(JSON.stringify({ containerId: 'abc', result: { interfaces } }))).toEqual({
    containerId: 'abc',
    namespaces: ['cni-1'],
  });
  expect(parsePodNetwork('{')).toBeUndefined();
});

test('mounts are found inside a folder alone, the innermost first', () => {
  const mounts = 'a /run/modelyard-cluster/x t\nb /run/modelyard-cluster/x/y\\040z t\nc /run/modelyard/x t\n';
  expect(mountsInside(mounts, '/run/modelyard-cluster')).toEqual(['/run/modelyard-cluster/x/y z', '/run/modelyard-cluster/x']);
});

test('a process with a recycled id is never ended', async () => {
  const service = { name: 'sleeper', command: process.execPath, args: ['-e', 'setTimeout(() => {}, 60000)'] };
  const record = await startProcess(service, '/tmp', process.env);
  await endProcesses([{ ...record, startTime: '1' }], 0.1);
  expect(await isRunning(record)).toBe(true);
  await endProcesses([record], 5);
  expect(await isRunning(record)).toBe(false);
});
