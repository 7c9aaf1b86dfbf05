import { withKind } from './crds.ts';

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
const SCHEMA = record({ spec: record({ parentRefs: listOf(parent), hostnames: listOf(text), rules: listOf(rule) }) });

/** An API server that knows HTTPRoutes, while a test runs. */
export function withHttpRoutes<T>(use: () => Promise<T>): Promise<T> {
  return withKind('gateway.networking.k8s.io', 'HTTPRoute', 'httproutes', use, SCHEMA);
}
