import { kubectl } from './kubectl.ts';

/** A kind that an add-on would bring, with any content, while a test runs. */
export async function withKind<T>(group: string, kind: string, plural: string, use: () => Promise<T>): Promise<T> {
  const name = `${plural}.${group}`;
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name, annotations: { 'api-approved.kubernetes.io': 'https://github.com/kubernetes-sigs/gateway-api' } },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, plural, singular: kind.toLowerCase() },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  };
  await kubectl(['apply', '-f', '-'], JSON.stringify(definition));
  try {
    await kubectl(['wait', '--for=condition=Established', `crd/${name}`, '--timeout=30s']);
    return await use();
  } finally {
    await kubectl(['delete', 'crd', name, '--wait=true']);
  }
}
