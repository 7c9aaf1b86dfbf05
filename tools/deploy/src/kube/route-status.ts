import type { KubeObject, ObjectRef } from './object.ts';

interface ParentRef {
  readonly name: string;
  readonly namespace?: string;
  readonly sectionName?: string;
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly observedGeneration?: number;
}

interface LiveRoute extends KubeObject {
  readonly spec?: { readonly parentRefs?: readonly ParentRef[] };
  readonly status?: { readonly parents?: readonly { readonly parentRef: ParentRef; readonly conditions?: readonly Condition[] }[] };
}

/** What the controller of a route's Gateway says of it. */
export type RouteState =
  | { readonly state: 'accepted' }
  /** Nothing of the route as it is now; `isKnown` when it said something of the route before. */
  | { readonly state: 'unanswered'; readonly isKnown: boolean }
  | { readonly state: 'refused'; readonly reason: string; readonly message: string };

/** Conditions without which no request gets through (Gateway API, RouteConditionType). */
const NEEDED: ReadonlySet<string> = new Set(['Accepted', 'ResolvedRefs']);

/** Judges an HTTPRoute as it is now: what was said of an earlier generation or of another parent is no answer. */
export function judgeRoute(route: KubeObject): RouteState {
  const { metadata, spec, status } = route as LiveRoute;
  const keyOf = ({ namespace = metadata.namespace, name, sectionName = '' }: ParentRef): string => `${namespace}/${name}/${sectionName}`;
  const wanted = new Set((spec?.parentRefs ?? []).map(keyOf));
  const parents = status?.parents ?? [];
  const said = parents.filter(({ parentRef }) => wanted.has(keyOf(parentRef))).flatMap(({ conditions }) => conditions ?? []);
  const current = said.filter(({ observedGeneration = 0 }) => observedGeneration >= (metadata.generation ?? 0));
  const bad = current.find(({ type, status: met }) => NEEDED.has(type) && met === 'False');
  if (bad) return { state: 'refused', reason: bad.reason ?? bad.type, message: bad.message ?? '' };
  const isAccepted = current.some(({ type, status: met }) => type === 'Accepted' && met === 'True');
  return isAccepted ? { state: 'accepted' } : { state: 'unanswered', isKnown: parents.length > 0 };
}

/** The Gateways that a route names. */
export function gatewayRefsOf(route: KubeObject): ObjectRef[] {
  const { apiVersion, metadata, spec } = route as LiveRoute;
  const refs = (spec?.parentRefs ?? []).map(({ name, namespace = metadata.namespace }) => ({ name, ...(namespace ? { namespace } : {}) }));
  return refs.map((ref) => ({ apiVersion, kind: 'Gateway', ...ref }));
}

/** The same for people, with their listeners: `gateway/public in ns/edge, listener https`. */
export function gatewaysOf(route: KubeObject): string {
  const { metadata, spec } = route as LiveRoute;
  return (spec?.parentRefs ?? [])
    .map(({ name, namespace = metadata.namespace, sectionName }) =>
      [`gateway/${name} in ns/${namespace}`, ...(sectionName ? [`listener ${sectionName}`] : [])].join(', '),
    )
    .join(' and ');
}
