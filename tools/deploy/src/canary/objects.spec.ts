import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { KubeObject } from '../kube/index.ts';
import { renderManifests } from '../manifests/index.ts';
import { anySpec, specOf } from '../testing/specs.ts';
import { markOf, orderAnnotations } from './names.ts';
import { routedWeight, sendsToCanary, trafficModeOf, withTraffic } from './traffic.ts';
import { podsHash, twinObjects } from './twin.ts';

const REQUEST = { namespace: 'ml', environment: 'local', image: 'churn:2' };
const STATE = { release: 'feed', step: 1, replicas: 2 };
const rendered = (deploy: object = {}) => renderManifests(specOf({ deploy }), REQUEST);
/** The one object of a kind; a test that asks for another has failed. */
function ofKind(objects: readonly KubeObject[], kind: string): KubeObject {
  const found = objects.find((object) => object.kind === kind);
  if (!found) throw new Error(`there is no ${kind}`);
  return found;
}
const labelsOf = (object: KubeObject) =>
  (object.spec as { template: { metadata: { labels: Record<string, string> } } }).template.metadata.labels;
const serviceSelector = (objects: readonly KubeObject[]) =>
  (ofKind(objects, 'Service').spec as { selector: Record<string, string> }).selector;
const ROUTED = { route: { gateway: 'public' } };

const selects = (selector: Record<string, string>, labels: Record<string, string>) =>
  Object.entries(selector).every(([key, value]) => labels[key] === value);

test('nothing of a service selects the pods of its canary, nor the other way round, in any spec', () => {
  fc.assert(
    fc.property(anySpec, (spec) => {
      const service = spec.names.label;
      const objects = renderManifests(spec, REQUEST);
      const twins = twinObjects(service, objects, STATE);
      for (const [selecting, others] of [
        [objects, twins],
        [twins, objects],
      ] as const) {
        const labels = labelsOf(ofKind(others, 'Deployment'));
        const own = labelsOf(ofKind(selecting, 'Deployment'));
        expect(selects(serviceSelector(selecting), own)).toBe(true);
        expect(selects(serviceSelector(selecting), labels)).toBe(false);
        const { matchLabels } = (ofKind(selecting, 'Deployment').spec as { selector: { matchLabels: Record<string, string> } }).selector;
        expect(selects(matchLabels, own)).toBe(true);
        expect(selects(matchLabels, labels)).toBe(false);
      }
      expect(twins.map(({ metadata }) => metadata.name)).toEqual(twins.map(() => `${service}-canary`));
      for (const twin of twins)
        expect(twin.metadata.labels).toMatchObject({ 'app.kubernetes.io/instance': service, 'modelyard.dev/track': 'canary' });
    }),
    { numRuns: 25 },
  );
});

test('the canary differs from the release by its name, its track, its configuration and the number of its pods alone', () => {
  const objects = rendered({ env: { MODE: 'strict' }, replicas: 5 });
  const text = JSON.stringify(ofKind(twinObjects('churn', objects, STATE), 'Deployment'));
  const undone = JSON.parse(
    text
      .replaceAll('churn-canary', 'churn')
      .replaceAll('"modelyard.dev/track":"canary"', '"modelyard.dev/track":""')
      .replace('"replicas":2', '"replicas":5'),
    (key, value) => (key === 'modelyard.dev/track' || key.startsWith('modelyard.dev/canary-') ? undefined : value),
  );
  expect(undone).toEqual(ofKind(objects, 'Deployment'));
  expect(text).toContain('"configMapRef":{"name":"churn-canary"}');
});

test('the deployment tells how far the canary is, and takes orders for its own release alone', () => {
  const deployment = ofKind(twinObjects('churn', rendered(), STATE), 'Deployment');
  const ordered = (release: string) => ({
    ...deployment,
    metadata: { ...deployment.metadata, annotations: { ...deployment.metadata.annotations, ...orderAnnotations('promote', release) } },
  });
  expect(markOf(deployment)).toEqual({ release: 'feed', step: 1 });
  expect(markOf(ordered('feed'))).toEqual({ release: 'feed', step: 1, order: 'promote' });
  expect(markOf(ordered('beef'))).toEqual({ release: 'feed', step: 1 });
});

test('an autoscaler leaves the pods of the canary alone', () => {
  const twins = twinObjects('churn', rendered({ autoscaling: { minReplicas: 2, maxReplicas: 5 } }), STATE);
  expect(twins.map(({ kind }) => kind)).toEqual(['ConfigMap', 'Service', 'NetworkPolicy', 'Deployment']);
  expect(ofKind(twins, 'Deployment').spec).toMatchObject({ replicas: 2 });
});

test('a route shares the requests by weights', () => {
  const objects = rendered(ROUTED);
  const shared = withTraffic('churn', objects, 'route', 30);
  expect((ofKind(shared, 'HTTPRoute').spec as { rules: { backendRefs: object[] }[] }).rules[0]?.backendRefs).toEqual([
    { name: 'churn', port: 80, weight: 70 },
    { name: 'churn-canary', port: 80, weight: 30 },
  ]);
  expect(serviceSelector(shared)).toEqual(serviceSelector(objects));
  expect([trafficModeOf('churn', objects), routedWeight('churn', objects), routedWeight('churn', shared)]).toEqual([
    'route',
    undefined,
    30,
  ]);
});

test('without a route, the one Service finds the pods of both', () => {
  const objects = rendered();
  const shared = withTraffic('churn', objects, 'replicas', 30);
  const canary = labelsOf(ofKind(twinObjects('churn', objects, STATE), 'Deployment'));
  expect(selects(serviceSelector(objects), canary)).toBe(false);
  expect(selects(serviceSelector(shared), canary)).toBe(true);
  expect(selects(serviceSelector(shared), labelsOf(ofKind(objects, 'Deployment')))).toBe(true);
  expect([trafficModeOf('churn', objects), sendsToCanary('churn', objects), sendsToCanary('churn', shared)]).toEqual([
    'replicas',
    false,
    true,
  ]);
});

test('without weight, the objects are those of the release to the byte', () => {
  for (const objects of [rendered(), rendered(ROUTED)]) {
    expect(withTraffic('churn', objects, trafficModeOf('churn', objects), 0)).toEqual(objects);
  }
});

test('two releases are one canary when their pods see the same, whatever else differs', () => {
  const hash = (deploy: object, commit?: string) =>
    podsHash('churn', renderManifests(specOf({ deploy }), { ...REQUEST, ...(commit ? { commit } : {}) }));
  expect(hash({ replicas: 3 }, 'a'.repeat(40))).toBe(hash({ replicas: 1 }));
  expect(hash({ env: { MODE: 'a' } })).not.toBe(hash({ env: { MODE: 'b' } }));
});
