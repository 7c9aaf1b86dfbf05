import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { expect, test } from 'vitest';
import { connectCluster } from './cluster/index.ts';
import { loadKubeAccess } from './cluster/kube-access.ts';
import { openTransport } from './cluster/transport.ts';
import { deployService } from './deploy.ts';
import { type LivePod, RESOURCES } from './kube/index.ts';
import { systemClock } from './system-clock.ts';
import { accessTo } from './target.ts';
import { problemsOf, recordingWorld, requestFor } from './testing/api.ts';
import { verifyPods } from './verify.ts';

/** The API server reaches no loopback address, so the stand-in listens on one of the machine's own. */
const ADDRESS = Object.values(networkInterfaces())
  .flat()
  .find((one) => one?.family === 'IPv4' && !one.internal)?.address;

const LOCK = { modelSha: 'feed', golden: { tolerance: 1e-6, rows: [{ row: { tenure: 12 }, expected: { prediction: 0.5 } }] } };

/** Stands in for the generated service: healthy, and it predicts what it is told. */
async function withModelServer<T>(prediction: unknown, use: (port: number, requests: string[]) => Promise<T>): Promise<T> {
  const requests: string[] = [];
  const answer = (response: ServerResponse, body: unknown) =>
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    requests.push(`${request.method} ${request.url} ${request.headers['content-type'] ?? ''} ${body}`.trim());
    answer(response, request.url === '/health' ? { status: 'ready', model: { sha256: 'feed' } } : { predictions: [{ prediction }] });
  });
  await new Promise<void>((resolve) => server.listen(0, ADDRESS, resolve));
  try {
    return await use((server.address() as AddressInfo).port, requests);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** Deploys with simulated pods, then lets the pod's address lead to the stand-in. */
async function deployedPods(namespace: string, port: number): Promise<LivePod[]> {
  const request = requestFor(namespace, { serve: { port } });
  await deployService(request, recordingWorld());
  const access = await loadKubeAccess(accessTo(request));
  if (!access.ok) throw new Error('no access');
  const transport = await openTransport(access.value);
  const cluster = await connectCluster(accessTo(request));
  try {
    const pods = (await cluster.list({ resource: RESOURCES.Pod, namespace })) as LivePod[];
    for (const pod of pods) {
      const path = `/api/v1/namespaces/${namespace}/pods/${pod.metadata.name}/status`;
      const body = { status: { podIP: ADDRESS, podIPs: [{ ip: ADDRESS }] } };
      await transport.send({ method: 'PATCH', path, body, contentType: 'application/merge-patch+json' });
    }
    return pods;
  } finally {
    await cluster.close();
    await transport.close();
  }
}

test.skipIf(ADDRESS === undefined)('golden predictions reach the pod through the API server, and equal answers pass', async () => {
  await withModelServer(0.5 + 1e-9, async (port, requests) => {
    const pods = await deployedPods('golden', port);
    const cluster = await connectCluster(accessTo(requestFor('golden')));
    await verifyPods(cluster, pods, { namespace: 'golden', port, lock: LOCK }, systemClock);
    await cluster.close();
    expect(requests).toEqual(['GET /health', 'POST /predict application/json [{"tenure":12}]']);
  });
});

test.skipIf(ADDRESS === undefined)('a pod that answers otherwise than training is named', async () => {
  await withModelServer(0.75, async (port) => {
    const pods = await deployedPods('golden-differs', port);
    const cluster = await connectCluster(accessTo(requestFor('golden-differs')));
    const error = await problemsOf(verifyPods(cluster, pods, { namespace: 'golden-differs', port, lock: LOCK }, systemClock));
    await cluster.close();
    expect(error.problems).toEqual([
      {
        code: 'prediction-differs',
        where: `pod/${pods[0]?.metadata.name} in ns/golden-differs`,
        what: '1 of 1 golden predictions differ from training by more than 0.000001',
        remedy: 'train and build again in the same commit; the image, or its configuration, is not what was trained',
        details: ['golden row 1: trained {"prediction":0.5}, served {"prediction":0.75}'],
      },
    ]);
  });
});
