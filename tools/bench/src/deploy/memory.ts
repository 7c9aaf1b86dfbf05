import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestControlPlane } from '@modelyard/cluster';
import { connectCluster } from '@modelyard/deploy';
import { parseAllDocuments } from 'yaml';
import type { BenchTable } from '../bench.ts';
import type { ApiServer } from './api-server.ts';
import { type Contender, findContenders, manifestOf } from './contenders.ts';
import { type Reach, writeFixture } from './fixture.ts';

const PODS = 10_000;
const SERVICES = 100;
const AT_ONCE = 16;

/** Pods, each with an event about it, that a namespace holds when services come to it. */
interface Crowd {
  readonly name: string;
  readonly services: number;
  readonly pods: readonly Pod[];
}

interface Pod {
  readonly metadata: { readonly name: string; readonly labels?: Record<string, string>; readonly annotations?: Record<string, string> };
  readonly spec: object;
}

/** The peak memory of deploys in an empty namespace, beside ten thousand pods of others, and of services that have ten thousand pods. */
export async function measureMemory(
  scratch: string,
  cluster: TestControlPlane,
  api: ApiServer,
  log: (line: string) => void,
): Promise<BenchTable> {
  const contenders = await findContenders(join(scratch, 'home'), api);
  const contender = (name: string) => contenders.find((one) => one.name.startsWith(name)) as Contender;
  const modelyard = contender('modelyard');
  const crowds: Crowd[] = [
    { name: '1 service, empty namespace', services: 1, pods: [] },
    { name: `1 service, ${PODS} pods of others`, services: 1, pods: podsOfOthers() },
    { name: `${SERVICES} services, empty namespace`, services: SERVICES, pods: [] },
    {
      name: `${SERVICES} services, ${PODS} pods of theirs`,
      services: SERVICES,
      pods: await ownPods(scratch, cluster, contender('kubectl')),
    },
  ];
  const rows = [];
  for (const [index, { name, services, pods }] of crowds.entries()) {
    const namespace = `memory-${index}`;
    await api.createNamespace(namespace);
    await makePods(cluster, namespace, pods);
    const fixture = await writeFixture(join(scratch, namespace), services);
    const reach = reachOf(cluster, namespace);
    await modelyard.prepare(fixture, reach);
    const first = await modelyard.deploy(fixture, reach);
    const again = await modelyard.deploy(fixture, reach);
    log(`${name}: ${first.peakMiB.toFixed(0)} and ${again.peakMiB.toFixed(0)} MiB`);
    rows.push({ name, values: [first.peakMiB, again.peakMiB, first.seconds, again.seconds] });
  }
  return {
    title: 'Peak memory of "modelyard deploy", each pod with an event',
    anchor: (crowds[0] as Crowd).name,
    columns: [
      { name: 'first', unit: 'MiB', digits: 0 },
      { name: 'no-op', unit: 'MiB', digits: 0 },
      { name: 'first', unit: 's', digits: 2 },
      { name: 'no-op', unit: 's', digits: 2 },
    ],
    rows,
  };
}

const reachOf = ({ context, kubeconfigPath: kubeconfig }: TestControlPlane, namespace: string): Reach => ({
  context,
  kubeconfig,
  namespace,
});

/** Pods that no scheduler looks at. */
function podsOfOthers(): Pod[] {
  const env = Array.from({ length: 20 }, (_, n) => ({ name: `V${n}`, value: 'x'.repeat(40) }));
  const spec = { schedulerName: 'nobody', containers: [{ name: 'main', image: 'other:1', env }] };
  return Array.from({ length: PODS }, (_, index) => ({ metadata: { name: `other-${index}` }, spec }));
}

/** Pods as the services' own Deployments would make them; a simulated node runs them. No ReplicaSet owns them, so that they stay. */
async function ownPods(scratch: string, cluster: TestControlPlane, kubectl: Contender): Promise<Pod[]> {
  const fixture = await writeFixture(join(scratch, 'memory-templates'), SERVICES);
  // What kubectl is to apply is rendered.
  await kubectl.prepare(fixture, reachOf(cluster, 'memory'));
  const templates = await templatesIn(manifestOf(fixture));
  return templates.flatMap(({ metadata, spec }, service) =>
    Array.from({ length: PODS / templates.length }, (_, index) => ({
      metadata: { ...metadata, name: `model-${String(service).padStart(4, '0')}-own-${index}` },
      spec: { ...spec, nodeName: 'bench-node', serviceAccountName: 'default' },
    })),
  );
}

/** The pod templates of the Deployments in a file of YAML. */
async function templatesIn(file: string): Promise<Pod[]> {
  const objects = parseAllDocuments(await readFile(file, 'utf8')).map((one) => one.toJS());
  return objects.filter(({ kind }) => kind === 'Deployment').map(({ spec }) => spec.template as Pod);
}

async function makePods(cluster: TestControlPlane, namespace: string, pods: readonly Pod[]): Promise<void> {
  const server = await connectCluster({ environment: 'bench', context: cluster.context, kubeconfigs: [cluster.kubeconfigPath] });
  const waiting = [...pods];
  const work = async (): Promise<void> => {
    for (let pod = waiting.pop(); pod !== undefined; pod = waiting.pop()) {
      const metadata = { ...pod.metadata, namespace };
      await server.create({ apiVersion: 'v1', kind: 'Pod', metadata, spec: pod.spec });
      const involvedObject = { apiVersion: 'v1', kind: 'Pod', name: metadata.name, namespace };
      const event = { involvedObject, reason: 'Waiting', message: 'nobody schedules it', type: 'Normal' };
      await server.create({ apiVersion: 'v1', kind: 'Event', metadata: { name: metadata.name, namespace }, ...event });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  await server.close();
}
