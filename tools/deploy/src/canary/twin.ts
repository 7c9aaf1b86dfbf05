import { LABEL_NAME } from '@modelyard/core';
import { type KubeObject, sha256Of } from '../kube/index.ts';
import { canaryName, type Mark, markAnnotations, TRACK_LABEL } from './names.ts';

type Labels = Readonly<Record<string, string>>;
type Selector = { readonly matchLabels?: Labels };

interface PodTemplate {
  readonly metadata?: { readonly labels?: Labels; readonly [field: string]: unknown };
  readonly spec?: {
    readonly containers?: readonly { readonly envFrom?: readonly EnvSource[]; readonly [field: string]: unknown }[];
    readonly topologySpreadConstraints?: readonly { readonly labelSelector?: Selector; readonly [field: string]: unknown }[];
    readonly [field: string]: unknown;
  };
}

type EnvSource = { readonly configMapRef?: { readonly name: string } };

interface Selecting {
  readonly selector?: unknown;
  readonly podSelector?: Selector;
  readonly template?: PodTemplate;
  readonly [field: string]: unknown;
}

/** The objects of a service of which its canary has its own; all others it shares with the version that serves. */
const TWINNED = new Set(['ConfigMap', 'Service', 'NetworkPolicy', 'ServiceMonitor', 'Deployment']);

/** How many pods the canary has, and how far it is. */
export interface TwinState extends Mark {
  readonly replicas: number;
}

/** The canary's own objects: those of the release under another name, with labels by which nothing else selects its pods. */
export function twinObjects(service: string, objects: readonly KubeObject[], state: TwinState): KubeObject[] {
  const own = objects.filter((object) => TWINNED.has(object.kind) && object.metadata.name === service);
  return own.map((object) => twinOf(service, object, state));
}

/** What the pods of a release see: their template and configuration. Equal for two releases whose pods are the same. */
export function podsHash(service: string, objects: readonly KubeObject[]): string {
  const config = objects.find((object) => object.kind === 'ConfigMap' && object.metadata.name === service);
  return sha256Of([templateOf(service, objects), config?.data ?? null]).slice(0, 16);
}

/** The pod template of a service's Deployment. */
export function templateOf(service: string, objects: readonly KubeObject[]): unknown {
  const deployment = objects.find((object) => object.kind === 'Deployment' && object.metadata.name === service);
  return (deployment?.spec as Selecting | undefined)?.template;
}

function twinOf(service: string, object: KubeObject, state: TwinState): KubeObject {
  const name = canaryName(service);
  const { labels, annotations } = object.metadata;
  const isDeployment = object.kind === 'Deployment';
  const metadata = {
    ...object.metadata,
    name,
    labels: { ...renamed(labels, service), [TRACK_LABEL]: 'canary' },
    annotations: { ...annotations, ...(isDeployment ? markAnnotations(state) : {}) },
  };
  if (object.spec === undefined) return { ...object, metadata };
  const spec = selectingTwin(service, object.spec as Selecting);
  return { ...object, metadata, spec: isDeployment ? { ...spec, replicas: state.replicas } : spec };
}

function selectingTwin(service: string, spec: Selecting): Selecting {
  const { selector, podSelector, template } = spec;
  const inside = selector as (Selector & Labels) | undefined;
  const twin = inside?.matchLabels ? { ...inside, matchLabels: renamed(inside.matchLabels, service) } : inside && renamed(inside, service);
  return {
    ...spec,
    ...(twin ? { selector: twin } : {}),
    ...(podSelector?.matchLabels ? { podSelector: { ...podSelector, matchLabels: renamed(podSelector.matchLabels, service) } } : {}),
    ...(template ? { template: twinTemplate(service, template) } : {}),
  };
}

function twinTemplate(service: string, { metadata, spec, ...rest }: PodTemplate): PodTemplate {
  const containers = spec?.containers?.map(({ envFrom, ...container }) => ({
    ...container,
    ...(envFrom ? { envFrom: envFrom.map((source) => ownConfig(service, source)) } : {}),
  }));
  const spread = spec?.topologySpreadConstraints?.map((one) => ({
    ...one,
    ...(one.labelSelector ? { labelSelector: { matchLabels: renamed(one.labelSelector.matchLabels, service) } } : {}),
  }));
  return {
    ...rest,
    metadata: { ...metadata, labels: { ...renamed(metadata?.labels, service), [TRACK_LABEL]: 'canary' } },
    spec: { ...spec, ...(containers ? { containers } : {}), ...(spread ? { topologySpreadConstraints: spread } : {}) },
  };
}

function ownConfig(service: string, source: EnvSource): EnvSource {
  if (source.configMapRef?.name !== service) return source;
  return { ...source, configMapRef: { ...source.configMapRef, name: canaryName(service) } };
}

/** Labels in which the canary's pods have a name of their own. */
function renamed(labels: Labels = {}, service: string): Labels {
  return labels[LABEL_NAME] === service ? { ...labels, [LABEL_NAME]: canaryName(service) } : labels;
}
