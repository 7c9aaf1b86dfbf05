import { stringify } from 'yaml';
import type { KubeObject } from './kube/index.ts';

export type { KubeObject } from './kube/index.ts';
export { type RenderRequest, renderManifests } from './manifests/index.ts';

/** The objects as one YAML stream that kubectl reads; equal objects give equal bytes. */
export function renderYaml(objects: readonly KubeObject[]): string {
  return objects.map((object) => `---\n${stringify(object, { lineWidth: 0, aliasDuplicateObjects: false })}`).join('');
}
