import { kubectl } from './kubectl.ts';

const any = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } as const;
const text = { type: 'string' } as const;
const listOf = (items: object) => ({ type: 'array', items, 'x-kubernetes-list-type': 'atomic' });
const record = (properties: object) => ({ type: 'object', properties });

/** The least of the Gateway API's HTTPRoute that a service uses, with the defaults that the real one has. */
const HTTP_ROUTE = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: {
    name: 'httproutes.gateway.networking.k8s.io',
    annotations: { 'api-approved.kubernetes.io': 'unapproved, a likeness for tests' },
  },
  spec: {
    group: 'gateway.networking.k8s.io',
    scope: 'Namespaced',
    names: { kind: 'HTTPRoute', plural: 'httproutes', singular: 'httproute', listKind: 'HTTPRouteList' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: record({ spec: specSchema() }) } }],
  },
};

function specSchema(): object {
  const backend = record({
    group: { ...text, default: '' },
    kind: { ...text, default: 'Service' },
    name: text,
    port: { type: 'integer' },
    weight: { type: 'integer', default: 1, minimum: 0, maximum: 1_000_000 },
  });
  const match = record({ path: record({ type: text, value: text }) });
  const parent = record({
    group: { ...text, default: 'gateway.networking.k8s.io' },
    kind: { ...text, default: 'Gateway' },
    name: text,
    namespace: text,
    sectionName: text,
  });
  const rule = record({ matches: listOf(match), filters: listOf(any), backendRefs: listOf(backend) });
  return record({ parentRefs: listOf(parent), hostnames: listOf(text), rules: listOf(rule) });
}

/** Teaches the API server of the tests what an HTTPRoute is, and waits until it knows. */
export async function installHttpRoutes(): Promise<void> {
  await kubectl(['apply', '--server-side', '-f', '-'], JSON.stringify(HTTP_ROUTE));
  await kubectl(['wait', '--for=condition=Established', `crd/${HTTP_ROUTE.metadata.name}`, '--timeout=30s']);
}
