import { setTimeout as sleep } from 'node:timers/promises';
import { withKind } from './crds.ts';
import { kubectl } from './kubectl.ts';

const text = { type: 'string' } as const;
const listOf = (items: object) => ({ type: 'array', items, 'x-kubernetes-list-type': 'atomic' });
const record = (properties: object) => ({ type: 'object', properties });

const parent = record({
  group: { ...text, default: 'gateway.networking.k8s.io' },
  kind: { ...text, default: 'Gateway' },
  name: text,
  namespace: text,
  sectionName: text,
});
const backend = record({
  group: { ...text, default: '' },
  kind: { ...text, default: 'Service' },
  name: text,
  port: { type: 'integer' },
  weight: { type: 'integer', default: 1, minimum: 0, maximum: 1_000_000 },
});
const rule = record({
  matches: listOf(record({ path: record({ type: text, value: text }) })),
  filters: listOf({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true }),
  backendRefs: listOf(backend),
});

/** As much of the Gateway API's HTTPRoute as a service uses, with the defaults that the server fills in. */
const SCHEMA = record({
  spec: record({ parentRefs: listOf(parent), hostnames: listOf(text), rules: listOf(rule) }),
  status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
});

/** An API server that knows HTTPRoutes, while a test runs. */
export function withHttpRoutes<T>(use: () => Promise<T>): Promise<T> {
  return withKind('gateway.networking.k8s.io', 'HTTPRoute', 'httproutes', use, SCHEMA);
}

interface Route {
  readonly metadata: { readonly generation: number };
  readonly spec: { readonly parentRefs: readonly object[]; readonly hostnames?: readonly string[] };
}

const PAUSE_MS = 200;

/**
 * Answers for the routes of a namespace as the controller of their Gateway would, while a test runs: a host is accepted, or refused with a reason. It
 * stands for a Gateway, which this suite has none of; what Traefik answers is in decision 0019.
 */
export async function withGateway<T>(
  namespace: string,
  refusalOf: (host: string) => string | undefined,
  use: () => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const answering = answerRoutes(namespace, refusalOf, over.signal);
  try {
    return await use();
  } finally {
    over.abort();
    await answering;
  }
}

async function answerRoutes(namespace: string, refusalOf: (host: string) => string | undefined, signal: AbortSignal): Promise<void> {
  const path = ['-n', namespace, 'get', 'httproute', 'churn', '-o', 'json', '--ignore-not-found'];
  for (let answered = 0; !signal.aborted; await sleep(PAUSE_MS)) {
    const text = await kubectl(path).catch(() => '');
    const route = text ? (JSON.parse(text) as Route) : undefined;
    if (!route || route.metadata.generation === answered) continue;
    const status = JSON.stringify({ status: { parents: route.spec.parentRefs.map((parentRef) => answerOf(parentRef, route, refusalOf)) } });
    await kubectl(['-n', namespace, 'patch', 'httproute', 'churn', '--subresource=status', '--type=merge', '-p', status]);
    answered = route.metadata.generation;
  }
}

function answerOf(parentRef: object, { metadata, spec }: Route, refusalOf: (host: string) => string | undefined) {
  const reason = refusalOf(spec.hostnames?.[0] ?? '');
  const condition = (type: string, isMet: boolean, why: string) => ({
    type,
    status: isMet ? 'True' : 'False',
    reason: why,
    message: '',
    observedGeneration: metadata.generation,
    lastTransitionTime: new Date().toISOString(),
  });
  const conditions = [condition('Accepted', reason === undefined, reason ?? 'Accepted'), condition('ResolvedRefs', true, 'ResolvedRefs')];
  return { parentRef, controllerName: 'modelyard.test/gateway', conditions };
}
