import type { ServiceSpec } from '@modelyard/core';
import type { KubeObject } from '../kube/index.ts';
import { type RenderRequest, renderManifests } from '../manifests/index.ts';

/** What rules look at in a pod. */
export interface PodSpec {
  readonly serviceAccountName?: string;
  readonly automountServiceAccountToken?: boolean;
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly containers: readonly Container[];
  readonly volumes: readonly Readonly<Record<string, unknown>>[];
  readonly topologySpreadConstraints: readonly { readonly topologyKey: string }[];
  readonly [field: string]: unknown;
}

export interface Container {
  readonly image: string;
  readonly ports: readonly { readonly name: string; readonly containerPort: number; readonly hostPort?: number }[];
  readonly env?: readonly { readonly name: string }[];
  readonly envFrom: readonly { readonly configMapRef: { readonly name: string } }[];
  readonly resources: { readonly requests: Record<string, string>; readonly limits: Record<string, string> };
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly startupProbe: Probe;
  readonly readinessProbe: Probe;
  readonly livenessProbe: Probe;
}

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}

/** What one spec renders to, as rules look at it. */
export interface Rendered {
  readonly spec: ServiceSpec;
  readonly objects: readonly KubeObject[];
  readonly pod: PodSpec;
  readonly container: Container;
  readonly podLabels: Readonly<Record<string, string>>;
  /** The spec of the object of a kind; undefined when there is none. */
  // biome-ignore lint/suspicious/noExplicitAny: rules look into any kind of object
  specOf(kind: string): any;
}

/** Renders a spec for rules to look at. */
export function renderedOf(spec: ServiceSpec, request: RenderRequest): Rendered {
  const objects = renderManifests(spec, request);
  const specOf = (kind: string) => objects.find((object) => object.kind === kind)?.spec as never;
  const template = (specOf('Deployment') as { template: { metadata: { labels: Record<string, string> }; spec: PodSpec } }).template;
  const [container] = template.spec.containers;
  return { spec, objects, pod: template.spec, container: container as Container, podLabels: template.metadata.labels, specOf };
}
