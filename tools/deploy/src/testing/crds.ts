import { setTimeout as sleep } from 'node:timers/promises';
import { kubectl } from './kubectl.ts';

const ANYTHING = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

/** A kind that an add-on would bring, with any content unless a schema is given, while a test runs. */
export async function withKind<T>(
  group: string,
  kind: string,
  plural: string,
  use: () => Promise<T>,
  openAPIV3Schema: object = ANYTHING,
): Promise<T> {
  const name = `${plural}.${group}`;
  const schema = { openAPIV3Schema };
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name, annotations: { 'api-approved.kubernetes.io': 'https://github.com/kubernetes-sigs/gateway-api' } },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, plural, singular: kind.toLowerCase() },
      versions: [{ name: 'v1', served: true, storage: true, schema, subresources: { status: {} } }],
    },
  };
  // Of a test before this one, it may still be on its way out.
  await kubectl(['wait', '--for=delete', `crd/${name}`, '--timeout=60s']);
  await kubectl(['apply', '-f', '-'], JSON.stringify(definition));
  try {
    await kubectl(['wait', '--for=condition=Established', `crd/${name}`, '--timeout=30s']);
    return await use();
  } finally {
    // Deleting takes half a minute; not serving it any more is the same to whoever asks.
    await kubectl(['patch', 'crd', name, '--type=json', '-p', UNSERVE]);
    while (await isServed(name)) await sleep(100);
    await kubectl(['delete', 'crd', name, '--wait=false']);
  }
}

const UNSERVE = JSON.stringify([{ op: 'replace', path: '/spec/versions/0/served', value: false }]);

const isServed = (name: string): Promise<boolean> =>
  kubectl(['get', '--raw', `/apis/${name.slice(name.indexOf('.') + 1)}/v1`]).then(
    (text) => text.includes(`"${name.slice(0, name.indexOf('.'))}"`),
    () => false,
  );
