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
  await kubectl(['apply', '-f', '-'], JSON.stringify(definition));
  try {
    while (!(await isServed(name))) await sleep(100);
    return await use();
  } finally {
    // A definition takes half a minute and more to be deleted; one that serves no version is the same to whoever asks, and the next test serves it again.
    await kubectl(['patch', 'crd', name, '--type=json', '-p', UNSERVE]);
    while (await isServed(name)) await sleep(100);
  }
}

const UNSERVE = JSON.stringify([{ op: 'replace', path: '/spec/versions/0/served', value: false }]);

const isServed = (name: string): Promise<boolean> =>
  kubectl(['get', '--raw', `/apis/${name.slice(name.indexOf('.') + 1)}/v1`]).then(
    (text) => text.includes(`"${name.slice(0, name.indexOf('.'))}"`),
    () => false,
  );
