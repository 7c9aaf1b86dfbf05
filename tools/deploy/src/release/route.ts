import { type Problem, ProblemError } from '@modelyard/core';
import { type Cluster, readAllowed } from '../cluster/index.ts';
import {
  describeObject,
  gatewayRefsOf,
  gatewaysOf,
  judgeRoute,
  type KubeObject,
  RESOURCES,
  type RouteState,
  refOf,
} from '../kube/index.ts';
import type { World } from '../world.ts';
import type { Release } from './release.ts';

/** A controller that is there answers within a second or so; one that has never said anything of a route may not be there. */
const ANSWER_MS = 10_000;
const SILENCE_MS = 2_000;
const PAUSE_MS = 250;

/** A Gateway that is not there has no controller that could say so. */
const NO_GATEWAY = 'NoSuchGateway';

/** By the reason that the controller gives (Gateway API, RouteConditionReason). */
const REMEDIES: Readonly<Record<string, string>> = {
  NotAllowedByListeners:
    'let the Gateway take routes of this namespace (allowedRoutes of its listener), or name another listener in deploy.route',
  NoMatchingListenerHostname: 'choose a deploy.route.host that the listener serves',
  NoMatchingParent: 'check deploy.route.listener: the Gateway has no such listener',
  [NO_GATEWAY]: 'check deploy.route.gateway and gatewayNamespace, or create the Gateway first',
  BackendNotFound: 'deploy again: the route names a Service that is not there',
};
const OTHER_REMEDY = 'check deploy.route against the Gateway, "kubectl describe httproute"';

/**
 * Asks whether the Gateway takes a release's HTTPRoute as it was applied; a ProblemError when it refuses: the pods are ready then, and no request reaches
 * them. No answer is told and is no problem, and where nobody answered once, nobody is waited for again.
 */
export function routeConfirmer(cluster: Cluster, world: World): (release: Release) => Promise<void> {
  let isSilent = false;
  return async (release) => {
    const route = release.objects.find(({ kind }) => kind === RESOURCES.HTTPRoute.kind);
    if (!route || isSilent) return;
    const answer = await waitForAnswer(cluster, route, world);
    const state = answer.state === 'unanswered' ? await explainSilence(cluster, route, answer) : answer;
    if (state.state === 'accepted') return;
    if (state.state === 'unanswered') {
      isSilent = true;
      world.report({ type: 'noted', ...unanswered(route) });
    } else if (release.rollbackTo === undefined) {
      throw new ProblemError([routeRefused(route, state)], 'rollout');
    } else {
      const { code, what, remedy } = routeRefused(route, state);
      world.report({ type: 'noted', code, what, remedy });
    }
  };
}

/** The problem of a live route that its Gateway refuses; undefined when it does not say so. */
export function refusalOf(route: KubeObject): Problem | undefined {
  const state = judgeRoute(route);
  return state.state === 'refused' ? routeRefused(route, state) : undefined;
}

/** Throws when the Gateway refuses the route among objects that are live. */
export function expectRouteTaken(live: readonly KubeObject[]): void {
  const problems = live.filter(({ kind }) => kind === RESOURCES.HTTPRoute.kind).flatMap((route) => refusalOf(route) ?? []);
  if (problems.length > 0) throw new ProblemError(problems, 'rollout');
}

/** What the controller says in the end: a route that it refuses may become good while it learns of new Services and endpoints. */
async function waitForAnswer(cluster: Cluster, route: KubeObject, world: World): Promise<RouteState> {
  const startedMs = world.clock.nowMs();
  for (;;) {
    const live = await cluster.read(refOf(route));
    const state: RouteState = live ? judgeRoute(live) : { state: 'unanswered', isKnown: false };
    const waitsMs = state.state === 'unanswered' && !state.isKnown ? SILENCE_MS : ANSWER_MS;
    if (state.state === 'accepted' || world.signal?.aborted || world.clock.nowMs() - startedMs >= waitsMs) return state;
    await world.clock.sleep(PAUSE_MS, world.signal);
  }
}

/** Nobody speaks for a Gateway that is not there; whether it is may be hidden from us. */
async function explainSilence(cluster: Cluster, route: KubeObject, silence: RouteState): Promise<RouteState> {
  if (!(await cluster.serves(RESOURCES.Gateway))) return silence;
  const found = await Promise.all(gatewayRefsOf(route).map((ref) => readAllowed(cluster.read(ref))));
  const isAbsent = found.length > 0 && found.every(({ isForbidden, value }) => !isForbidden && value === undefined);
  return isAbsent ? { state: 'refused', reason: NO_GATEWAY, message: '' } : silence;
}

function routeRefused(route: KubeObject, { reason, message }: RouteState & { state: 'refused' }): Problem {
  return {
    code: 'route-refused',
    where: `${describeObject(refOf(route))} in ns/${route.metadata.namespace}`,
    what: `${gatewaysOf(route)} does not take this route, so no request reaches the pods: ${[reason, message].filter(Boolean).join(': ')}`,
    remedy: REMEDIES[reason] ?? OTHER_REMEDY,
  };
}

const unanswered = (route: KubeObject) => ({
  code: 'route-unanswered',
  what: `nobody has said yet whether ${gatewaysOf(route)} takes ${describeObject(refOf(route))}`,
  remedy: 'see whether the Gateway is there and has a controller: "kubectl describe httproute" and "kubectl get gateway -A"',
});
