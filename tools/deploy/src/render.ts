import { stringify } from 'yaml';
import type { KubeObject } from './kube/index.ts';

export type { KubeObject } from './kube/index.ts';
export { type RenderRequest, renderManifests } from './manifests/index.ts';

/** kubectl and helm read YAML 1.1, in which a bare `n` or `on` is a boolean: such strings are quoted. */
const STYLE = { compat: 'yaml-1.1', lineWidth: 0, aliasDuplicateObjects: false } as const;

/** The objects as one YAML stream that kubectl reads; equal objects give equal bytes. */
export function renderYaml(objects: readonly KubeObject[]): string {
  return objects.map((object) => `---\n${stringify(object, STYLE)}`).join('');
}
