import { join } from 'node:path';
import type { TestControlPlane } from '@modelyard/cluster';
import { connectCluster } from '@modelyard/deploy';
import type { BenchTable } from '../bench.ts';
import type { ApiServer } from './api-server.ts';
import { findContenders } from './contenders.ts';
import { writeFixture } from './fixture.ts';

const PODS = 10_000;
const AT_ONCE = 16;

/** The peak memory of one deploy in an empty namespace, and in one that holds ten thousand pods of others with an event each. */
export async function measureMemory(
  scratch: string,
  cluster: TestControlPlane,
  api: ApiServer,
  log: (line: string) => void,
): Promise<BenchTable> {
  const [, modelyard] = await findContenders(join(scratch, 'home'));
  if (!modelyard) throw new Error('there is no contender of ours');
  const fixture = await writeFixture(join(scratch, 'memory'), 1);
  const rows = [];
  for (const [name, pods] of [
    ['empty namespace', 0],
    [`${PODS} pods and events of others`, PODS],
  ] as const) {
    const namespace = `memory-${pods}`;
    await api.createNamespace(namespace);
    await crowd(cluster, namespace, pods);
    const reach = { context: cluster.context, kubeconfig: cluster.kubeconfigPath, namespace };
    await modelyard.prepare(fixture, reach);
    const first = await modelyard.deploy(fixture, reach);
    const again = await modelyard.deploy(fixture, reach);
    log(`${name}: ${first.peakMiB.toFixed(0)} and ${again.peakMiB.toFixed(0)} MiB`);
    rows.push({ name, values: [first.peakMiB, again.peakMiB, first.seconds, again.seconds] });
  }
  return {
    title: 'Peak memory of "modelyard deploy" of one service',
    anchor: 'empty namespace',
    columns: [
      { name: 'first', unit: 'MiB', digits: 0 },
      { name: 'no-op', unit: 'MiB', digits: 0 },
      { name: 'first', unit: 's', digits: 2 },
      { name: 'no-op', unit: 's', digits: 2 },
    ],
    rows,
  };
}

/** Pods that no scheduler looks at, and an event about each. */
async function crowd(cluster: TestControlPlane, namespace: string, pods: number): Promise<void> {
  const server = await connectCluster({ environment: 'bench', context: cluster.context, kubeconfigs: [cluster.kubeconfigPath] });
  const waiting = Array.from({ length: pods }, (_, index) => index);
  const work = async (): Promise<void> => {
    for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
      const metadata = { name: `other-${index}`, namespace };
      const containers = [
        { name: 'main', image: 'other:1', env: Array.from({ length: 20 }, (_, n) => ({ name: `V${n}`, value: 'x'.repeat(40) })) },
      ];
      await server.create({ apiVersion: 'v1', kind: 'Pod', metadata, spec: { schedulerName: 'nobody', containers } });
      const involvedObject = { apiVersion: 'v1', kind: 'Pod', name: metadata.name, namespace };
      await server.create({
        apiVersion: 'v1',
        kind: 'Event',
        metadata,
        involvedObject,
        reason: 'Waiting',
        message: 'nobody schedules it',
        type: 'Normal',
      });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  await server.close();
}
