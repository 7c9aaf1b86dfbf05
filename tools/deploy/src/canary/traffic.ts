import { LABEL_NAME } from '@modelyard/core';
import type { KubeObject } from '../kube/index.ts';
import { canaryName } from './names.ts';

/**
 * How requests are shared: by the weights of an HTTPRoute's backends, or, where no route leads to the service, by the numbers of
 * pods behind the one Service.
 */
export type TrafficMode = 'route' | 'replicas';

interface Backend {
  readonly name?: string;
  readonly kind?: string;
  readonly weight?: number;
  readonly [field: string]: unknown;
}

interface Rule {
  readonly backendRefs?: readonly Backend[];
  readonly [field: string]: unknown;
}

const isRouteOf = (object: KubeObject, service: string): boolean => object.kind === 'HTTPRoute' && object.metadata.name === service;
const isServiceOf = (object: KubeObject, service: string): boolean => object.kind === 'Service' && object.metadata.name === service;
const rulesOf = (route: KubeObject): readonly Rule[] => (route.spec as { rules?: readonly Rule[] } | undefined)?.rules ?? [];
const selectorOf = (object: KubeObject): Record<string, string> =>
  (object.spec as { selector?: Record<string, string> } | undefined)?.selector ?? {};

/** By which of the two ways the requests of a service can be shared, among the objects that are live. */
export function trafficModeOf(service: string, live: readonly KubeObject[]): TrafficMode {
  const route = live.find((object) => isRouteOf(object, service));
  return route && rulesOf(route).some((rule) => rule.backendRefs?.some((one) => one.name === service)) ? 'route' : 'replicas';
}

/** The objects of the version that serves, with this percentage of the requests going to the canary; 0 leaves them as they are. */
export function withTraffic(service: string, objects: readonly KubeObject[], mode: TrafficMode, weight: number): KubeObject[] {
  if (weight === 0) return [...objects];
  return objects.map((object) => {
    if (mode === 'route' && isRouteOf(object, service)) return weighted(service, object, weight);
    return mode === 'replicas' && isServiceOf(object, service) ? opened(object) : object;
  });
}

/** Whether live objects send requests to the canary at all. */
export function sendsToCanary(service: string, live: readonly KubeObject[]): boolean {
  return live.some((object) => weightIn(service, object) > 0 || (isServiceOf(object, service) && !(LABEL_NAME in selectorOf(object))));
}

/** The percentage that the live route gives to the canary; undefined without a route that names it. */
export function routedWeight(service: string, live: readonly KubeObject[]): number | undefined {
  const route = live.find((object) => isRouteOf(object, service) && weightIn(service, object) > 0);
  return route && weightIn(service, route);
}

function weightIn(service: string, object: KubeObject): number {
  if (!isRouteOf(object, service)) return 0;
  const backends = rulesOf(object).flatMap((rule) => rule.backendRefs ?? []);
  return Math.max(0, ...backends.filter((one) => one.name === canaryName(service)).map((one) => one.weight ?? 1));
}

function weighted(service: string, route: KubeObject, weight: number): KubeObject {
  const rules = rulesOf(route).map((rule) => ({
    ...rule,
    ...(rule.backendRefs ? { backendRefs: rule.backendRefs.flatMap((one) => split(service, one, weight)) } : {}),
  }));
  return { ...route, spec: { ...(route.spec as object), rules } };
}

function split(service: string, backend: Backend, weight: number): Backend[] {
  if (backend.name !== service || (backend.kind ?? 'Service') !== 'Service') return [backend];
  return [
    { ...backend, weight: 100 - weight },
    { ...backend, name: canaryName(service), weight },
  ];
}

/** The Service without the name in its selector, so that it finds the pods of both. */
function opened(object: KubeObject): KubeObject {
  const { [LABEL_NAME]: _name, ...selector } = selectorOf(object);
  return { ...object, spec: { ...(object.spec as object), selector } };
}
