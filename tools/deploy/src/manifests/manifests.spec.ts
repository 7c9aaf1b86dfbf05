import { join } from 'node:path';
import { RUN_AS_USER, type ServiceSpec } from '@modelyard/core';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../kube/index.ts';
import { renderYaml } from '../render.ts';
import { anySpec, type SpecSource, specOf } from '../testing/specs.ts';
import { configHash, probesFor, progressDeadlineFor, type RenderRequest, renderManifests } from './index.ts';

const REQUEST: RenderRequest = {
  namespace: 'ml',
  environment: 'local',
  image: 'churn:1a2b3c',
  imageId: 'sha256:4a5b',
  commit: '0123456789012345678901234567890123456789',
  modelSha: 'feed',
};
const GOLDEN = join(import.meta.dirname, '../../test/golden');

/** The parts of a Deployment that tests look at. */
interface DeploymentSpec {
  readonly replicas: number;
  readonly progressDeadlineSeconds: number;
  readonly strategy: { readonly rollingUpdate: object };
  readonly template: { readonly metadata: { readonly annotations: Record<string, string> }; readonly spec: PodSpec };
}

interface PodSpec {
  readonly tolerations?: readonly object[];
  readonly securityContext: object;
  readonly containers: readonly Record<string, Record<string, unknown>>[];
  readonly [field: string]: unknown;
}

const deploymentOf = (objects: readonly KubeObject[]) => objects.at(-1)?.spec as DeploymentSpec;
const render = (spec: ServiceSpec, request = REQUEST) => deploymentOf(renderManifests(spec, request));
const renderSource = (source: SpecSource, request = REQUEST) => render(specOf(source), request);

test('the churn service renders to its golden objects', async () => {
  await expect(renderYaml(renderManifests(specOf(), REQUEST))).toMatchFileSnapshot(join(GOLDEN, 'churn.yaml'));
});

test('a service without gpu asks for no gpu resource and tolerates no gpu node', () => {
  expect(JSON.stringify(renderManifests(specOf(), REQUEST))).not.toContain('nvidia.com/gpu');
});

test('a service with gpus requests and limits them, tolerates their taint, and lets a pod go before the next comes', () => {
  const { template, strategy } = renderSource({ deploy: { gpus: 2 } });
  const [container] = template.spec.containers;
  expect(container?.resources).toMatchObject({ requests: { 'nvidia.com/gpu': '2' }, limits: { 'nvidia.com/gpu': '2' } });
  expect(template.spec.tolerations).toEqual([{ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' }]);
  expect(strategy.rollingUpdate).toEqual({ maxSurge: 0, maxUnavailable: 1 });
});

test('secrets are referenced by name and key, never held', () => {
  const { template } = renderSource({ deploy: { secrets: [{ env: 'TOKEN', secret: 'churn-token', key: 'token' }] } });
  expect(template.spec.containers[0]?.env).toEqual([{ name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'churn-token', key: 'token' } } }]);
});

test('the variables of the spec go before the standard ones', () => {
  const spec = specOf({ deploy: { env: { LOG_LEVEL: 'DEBUG' }, resources: { cpu: '3500m' } }, serve: { workers: 2, port: 9000 } });
  expect(renderManifests(spec, REQUEST)[1]?.data).toEqual({
    LOG_LEVEL: 'DEBUG',
    OMP_NUM_THREADS: '1',
    OPENBLAS_NUM_THREADS: '1',
    SCORING_THREADS: '2',
    UVICORN_PORT: '9000',
    WEB_CONCURRENCY: '2',
  });
});

describe('what rolls the pods', () => {
  const template = (source: SpecSource, request: RenderRequest) => renderSource(source, request).template;

  test('is a changed variable', () => {
    expect(template({ deploy: { env: { MODE: 'a' } } }, REQUEST)).not.toEqual(template({ deploy: { env: { MODE: 'b' } } }, REQUEST));
  });

  test('is a rebuilt image of the same name', () => {
    expect(template({}, REQUEST)).not.toEqual(template({}, { ...REQUEST, imageId: 'sha256:other' }));
  });

  test('is neither a new commit with the same image, nor another number of replicas', () => {
    expect(template({ deploy: { replicas: 5 } }, { ...REQUEST, commit: 'f'.repeat(40) })).toEqual(template({}, REQUEST));
  });
});

test('no two different environments have the same hash by a lucky cut of their text', () => {
  expect(configHash({ A: '1\nB 1 2' })).not.toBe(configHash({ A: '1', B: '2' }));
});

describe('one load budget', () => {
  test('is what the startup probe waits, and less than the controller allows', () => {
    fc.assert(
      fc.property(fc.integer({ min: 5, max: 7200 }), (seconds) => {
        const { startupProbe } = probesFor(seconds);
        const waited = startupProbe.periodSeconds * startupProbe.failureThreshold;
        expect(waited).toBeGreaterThanOrEqual(seconds);
        expect(waited).toBeLessThan(seconds + startupProbe.periodSeconds);
        expect(progressDeadlineFor(seconds)).toBeGreaterThan(waited);
      }),
    );
  });

  test('asks /health until ready and /livez to stay alive', () => {
    const { startupProbe, readinessProbe, livenessProbe } = probesFor(60);
    expect([startupProbe, readinessProbe, livenessProbe].map((probe) => probe.httpGet.path)).toEqual(['/health', '/health', '/livez']);
  });
});

test('every pod keeps to Pod Security "restricted", and to less', () => {
  fc.assert(
    fc.property(anySpec, (spec) => {
      const pod = render(spec).template.spec;
      const seccompProfile = { type: 'RuntimeDefault' };
      expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: RUN_AS_USER, runAsGroup: RUN_AS_USER, seccompProfile });
      expect(pod).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false, serviceAccountName: spec.names.label });
      expect(pod.containers[0]?.securityContext).toMatchObject({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(Object.keys(pod).filter((key) => key.startsWith('host'))).toEqual([]);
      expect(Object.keys((pod.volumes as object[])[0] ?? {})).toEqual(['name', 'emptyDir']);
    }),
  );
});

test('memory and scratch space are limited to what is requested, in every spec', () => {
  fc.assert(
    fc.property(anySpec, (spec) => {
      const { requests, limits } = (render(spec).template.spec.containers[0]?.resources ?? {}) as Record<string, Record<string, string>>;
      expect(limits?.memory).toBe(requests?.memory);
      expect(limits?.['ephemeral-storage']).toBe(requests?.['ephemeral-storage']);
    }),
  );
});

test('equal specs render to equal bytes, and every object bears the labels by which it is found', () => {
  fc.assert(
    fc.property(anySpec, (spec) => {
      const objects = renderManifests(spec, REQUEST);
      expect(renderYaml(renderManifests(structuredClone(spec), REQUEST))).toBe(renderYaml(objects));
      for (const object of objects) {
        expect(object.metadata).toMatchObject({
          name: spec.names.label,
          namespace: 'ml',
          labels: { 'app.kubernetes.io/instance': spec.names.label, 'app.kubernetes.io/managed-by': 'modelyard' },
        });
      }
    }),
  );
});
