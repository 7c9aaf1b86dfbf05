import { Document, visit } from 'yaml';
import type { KubeObject } from './kube/index.ts';

export type { KubeObject } from './kube/index.ts';
export { type RenderRequest, renderManifests } from './manifests/index.ts';

/** kubectl and helm read YAML 1.1, in which a bare `n` or `on` is a boolean: such strings are quoted. */
const COMPAT = 'yaml-1.1';
/** To the YAML reader of Go, which drops underscores first, this is a number: `4.E__4` is 40000. */
const GO_NUMBER = /^[-+]?(0[xob][0-9a-f]+|\.[0-9]+|[0-9]+(\.[0-9]*)?)(e[-+]?[0-9]+)?$/i;

/** The objects as one YAML stream that kubectl reads; equal objects give equal bytes. */
export function renderYaml(objects: readonly KubeObject[]): string {
  return objects.map((object) => `---\n${yamlOf(object)}`).join('');
}

function yamlOf(object: KubeObject): string {
  const document = new Document(object, { aliasDuplicateObjects: false, compat: COMPAT });
  visit(document, {
    Scalar: (_key, node) => {
      if (typeof node.value === 'string' && GO_NUMBER.test(node.value.replaceAll('_', ''))) node.type = 'QUOTE_DOUBLE';
    },
  });
  return document.toString({ lineWidth: 0 });
}
