import { expect, test } from 'vitest';
import { gatewaysOf, judgeRoute } from './route-status.ts';

const EDGE = { name: 'public', namespace: 'edge', sectionName: 'https' };
const met = (type: string, status: string, observedGeneration: number, reason = type) => ({
  type,
  status,
  reason,
  message: '',
  observedGeneration,
});

/** A route of generation 3 for the Gateway of the namespace "edge", with what was said of it. */
const routeWith = (...parents: object[]) => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: { name: 'churn', namespace: 'ml', generation: 3 },
  spec: { parentRefs: [EDGE] },
  status: { parents },
});
const said = (...conditions: object[]) => ({ parentRef: EDGE, controllerName: 'traefik.io/gateway-controller', conditions });

test('a route that its Gateway takes is accepted', () => {
  expect(judgeRoute(routeWith(said(met('Accepted', 'True', 3), met('ResolvedRefs', 'True', 3))))).toEqual({ state: 'accepted' });
});

test.each(['NotAllowedByListeners', 'NoMatchingListenerHostname', 'NoMatchingParent'])(
  'a route that is not accepted is refused: %s',
  (reason) => {
    const route = routeWith(said(met('Accepted', 'False', 3, reason), met('ResolvedRefs', 'True', 3)));
    expect(judgeRoute(route)).toEqual({ state: 'refused', reason, message: '' });
  },
);

test('a route whose backends are not found is refused, though it is accepted', () => {
  const route = routeWith(
    said(met('Accepted', 'True', 3), { ...met('ResolvedRefs', 'False', 3, 'BackendNotFound'), message: 'no Service churn' }),
  );
  expect(judgeRoute(route)).toEqual({ state: 'refused', reason: 'BackendNotFound', message: 'no Service churn' });
});

test('what was said of the route before it changed is no answer: a Gateway that is gone leaves its last word', () => {
  expect(judgeRoute(routeWith(said(met('Accepted', 'True', 2))))).toEqual({ state: 'unanswered', isKnown: true });
});

test('what was said for another Gateway is no answer', () => {
  const elsewhere = { parentRef: { name: 'public', namespace: 'ml' }, conditions: [met('Accepted', 'True', 3)] };
  expect(judgeRoute(routeWith(elsewhere))).toEqual({ state: 'unanswered', isKnown: true });
});

test('a route that nobody looked at is not known', () => {
  const { status: _none, ...route } = routeWith();
  expect(judgeRoute(route)).toEqual({ state: 'unanswered', isKnown: false });
});

test('a Gateway without a namespace is that of the route', () => {
  const route = {
    ...routeWith({ parentRef: { name: 'public', namespace: 'ml' }, conditions: [met('Accepted', 'True', 3)] }),
    spec: { parentRefs: [{ name: 'public' }] },
  };
  expect([judgeRoute(route).state, gatewaysOf(route)]).toEqual(['accepted', 'gateway/public in ns/ml']);
});
