import type { Cluster, PodAnswer, PodRequest } from '../cluster/index.ts';
import { type KubeObject, keyOf, type ObjectRef, RESOURCES, refOf } from '../kube/index.ts';
import type { Clock } from '../world.ts';

/** A cluster in memory: applied objects replace each other, and watches show what the test puts there. */
export interface FakeCluster extends Cluster {
  readonly objects: Map<string, KubeObject>;
  /** What was asked of it, in order: `apply deployment/churn`. */
  readonly calls: string[];
  answer: (pod: string, request: PodRequest) => PodAnswer;
  log: (pod: string, previous: boolean) => string[];
}

/** A fake cluster that holds the given objects. */
export function fakeCluster(initial: readonly KubeObject[] = []): FakeCluster {
  const objects = new Map(initial.map((object) => [keyOf(refOf(object)), object]));
  const calls: string[] = [];
  const note = (verb: string, ref: ObjectRef) => calls.push(`${verb} ${ref.kind.toLowerCase()}/${ref.name}`);
  const ofKind = (kind: string) => [...objects.values()].filter((object) => object.kind === kind);
  const cluster: FakeCluster = {
    context: 'lab',
    server: 'https://lab.example:6443',
    objects,
    calls,
    answer: () => ({ reached: false, because: 'nobody is there' }),
    log: () => [],
    read: async (ref) => objects.get(keyOf(ref)),
    list: async (query) => ofKind(query.resource.kind).filter((object) => isSelected(object, query.labelSelector)),
    serves: async () => true,
    dryRun: async (object) => (objects.has(keyOf(refOf(object))) ? withVersion(object) : object),
    apply: async (object) => {
      note('apply', refOf(object));
      objects.set(keyOf(refOf(object)), object);
      return object;
    },
    create: async (object) => {
      if (objects.has(keyOf(refOf(object)))) return undefined;
      objects.set(keyOf(refOf(object)), object);
      return object;
    },
    replace: async (object, manner) => {
      if (manner?.dryRun) return object;
      objects.set(keyOf(refOf(object)), object);
      return object;
    },
    remove: async (ref) => {
      note('remove', ref);
      return objects.delete(keyOf(ref));
    },
    ask: async () => ({ resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }], incomplete: false }),
    watch: async (query, onItems, signal) => {
      onItems(query.onlyNew ? [] : ofKind(query.resource.kind));
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    },
    logTail: async (pod, request) => cluster.log(pod.name, request.previous),
    followLog: async (pod, request, onLine) => cluster.log(pod.name, request.previous).forEach(onLine),
    askPod: async (pod, request) => {
      calls.push(`${request.method} ${request.path} of ${pod.name}`);
      return cluster.answer(pod.name, request);
    },
    serverNowMs: () => Date.UTC(2026, 0, 1),
    until: () => cluster,
    close: async () => void calls.push('close'),
  };
  return cluster;
}

/** Only what the server holds has a version. */
const withVersion = (object: KubeObject): KubeObject => ({ ...object, metadata: { ...object.metadata, resourceVersion: '1' } });

/** Label selectors as far as the deploy writes them: `a=b,c`. */
function isSelected(object: KubeObject, selector: string | undefined): boolean {
  const labels = object.metadata.labels ?? {};
  return (selector ?? '').split(',').every((term) => {
    const [key = '', value] = term.split('=');
    return key === '' || (value === undefined ? key in labels : labels[key] === value);
  });
}

/** A namespace that is there. */
export const namespaceNamed = (name: string): KubeObject => ({ apiVersion: 'v1', kind: RESOURCES.Namespace.kind, metadata: { name } });

/** A clock that moves only by sleeping, so that waits of minutes take no time. */
export function fakeClock(): Clock {
  let now = 0;
  return {
    nowMs: () => now,
    every: () => () => undefined,
    sleep: async (ms) => {
      now += ms;
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}
