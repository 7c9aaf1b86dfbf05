import { readFile } from 'node:fs/promises';
import { expect, inject, test } from 'vitest';
import { parse } from 'yaml';
import { type ApiAnswer, callApi } from './api.ts';
import type { ClusterAccess } from './kubeconfig.ts';
import { startTestControlPlane } from './testing.ts';
import { waitFor } from './wait.ts';

interface Kubeconfig {
  readonly clusters: [{ cluster: { server: string; 'certificate-authority-data': string } }];
  readonly users: [{ user: { 'client-certificate-data': string; 'client-key-data': string } }];
}

async function accessOf(kubeconfigPath: string): Promise<ClusterAccess> {
  const { clusters, users } = parse(await readFile(kubeconfigPath, 'utf8')) as Kubeconfig;
  const text = (base64: string) => Buffer.from(base64, 'base64').toString();
  const { user } = users[0];
  const { cluster } = clusters[0];
  return {
    server: cluster.server,
    authority: text(cluster['certificate-authority-data']),
    certificate: text(user['client-certificate-data']),
    key: text(user['client-key-data']),
  };
}

const podOf = (name: string, image: string, gpus: number) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { containers: [{ name: 'server', image, resources: gpus > 0 ? { limits: { 'nvidia.com/gpu': String(gpus) } } : {} }] },
});

interface Pod {
  readonly status: {
    readonly phase: string;
    readonly conditions?: readonly { type: string; status: string; message?: string }[];
    readonly containerStatuses?: readonly { ready: boolean; state: { waiting?: { reason: string } } }[];
  };
}

async function namespaceFor(access: ClusterAccess, name: string): Promise<string> {
  await callApi(access, 'POST', '/api/v1/namespaces', { value: { metadata: { name } } });
  const path = `/api/v1/namespaces/${name}`;
  await waitFor(async () => ((await callApi(access, 'GET', `${path}/serviceaccounts/default`)).status === 200 ? true : undefined), {
    timeoutSeconds: 20,
  });
  return `${path}/pods`;
}

async function podWhen(access: ClusterAccess, path: string, isThere: (pod: Pod) => boolean): Promise<Pod | undefined> {
  const ask = async () => {
    const pod = (await callApi(access, 'GET', path)).body as Pod;
    return isThere(pod) ? pod : undefined;
  };
  return waitFor(ask, { timeoutSeconds: 20 });
}

// A cluster of its own: the GPUs of the shared one may be taken by other tests.
test('pods get GPUs as long as a node has them, and the scheduler says when none has', async () => {
  const own = await startTestControlPlane({ nodes: [{ name: 'gpu-node', gpus: 4 }, { name: 'cpu-node' }] });
  try {
    const access = await accessOf(own.kubeconfigPath);
    const pods = await namespaceFor(access, 'cluster-gpus');
    for (const [name, gpus] of [
      ['fits', 3],
      ['waits', 2],
    ] as const) {
      const created: ApiAnswer = await callApi(access, 'POST', pods, { value: podOf(name, 'model:1', gpus) });
      expect(created.status).toBe(201);
      if (name === 'fits') expect(await podWhen(access, `${pods}/fits`, (pod) => pod.status.phase === 'Running')).toBeDefined();
    }
    const waiting = await podWhen(access, `${pods}/waits`, (pod) => pod.status.conditions?.some((each) => each.message) ?? false);
    expect(waiting?.status.conditions?.[0]?.message).toContain('2 Insufficient nvidia.com/gpu');
  } finally {
    await own.stop();
  }
});

test.each([
  ['simulate-pull-error:1', 'ImagePullBackOff'],
  ['registry.test/simulate-crash:1', 'CrashLoopBackOff'],
  ['registry.test/simulate-not-ready@sha256:0', undefined],
])('an image called %s makes its pod fail in that way', async (image, reason) => {
  const access = await accessOf(inject('cluster').kubeconfigPath);
  const namespace = `cluster-${image.replaceAll(/[^a-z]+/g, '-')}x`;
  const pods = await namespaceFor(access, namespace);
  await callApi(access, 'POST', pods, { value: podOf('model', image, 0) });
  const failed = await podWhen(access, `${pods}/model`, (pod) => pod.status.containerStatuses !== undefined);
  expect(failed?.status.containerStatuses?.[0]?.state.waiting?.reason).toBe(reason);
  expect(failed?.status.containerStatuses?.[0]?.ready).toBe(false);
  await callApi(access, 'DELETE', `/api/v1/namespaces/${namespace}`);
});

test('the log of a simulated container can be read through the API server', async () => {
  const access = await accessOf(inject('cluster').kubeconfigPath);
  const pods = await namespaceFor(access, 'cluster-logs');
  await callApi(access, 'POST', pods, { value: podOf('model', 'model:1', 0) });
  await podWhen(access, `${pods}/model`, (pod) => pod.status.phase === 'Running');
  const log = await callApi(access, 'GET', `${pods}/model/log`);
  expect(log).toEqual({ status: 200, body: 'a simulated container has nothing to say\n' });
  await callApi(access, 'DELETE', '/api/v1/namespaces/cluster-logs');
});

test('a second control plane runs beside the first, and goes without a trace', async () => {
  const second = await startTestControlPlane({ nodes: [{ name: 'other' }] });
  try {
    expect(second.server).not.toBe(inject('cluster').server);
    const nodes = await callApi(await accessOf(second.kubeconfigPath), 'GET', '/api/v1/nodes');
    expect((nodes.body as { items: { metadata: { name: string } }[] }).items.map((node) => node.metadata.name)).toEqual(['other']);
  } finally {
    await second.stop();
  }
  await expect(readFile(second.kubeconfigPath)).rejects.toThrow('ENOENT');
});
