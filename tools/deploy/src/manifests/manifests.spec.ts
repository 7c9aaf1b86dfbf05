import { join } from 'node:path';
import type { ServiceSpec } from '@modelyard/core';
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

const kindOf = (objects: readonly KubeObject[], kind: string) => objects.find((object) => object.kind === kind);
const deploymentOf = (objects: readonly KubeObject[]) => kindOf(objects, 'Deployment')?.spec as DeploymentSpec;
const render = (spec: ServiceSpec, request = REQUEST) => deploymentOf(renderManifests(spec, request));
const renderSource = (source: SpecSource, request = REQUEST) => render(specOf(source), request);

test('the churn service renders to its golden objects', async () => {
  await expect(renderYaml(renderManifests(specOf(), REQUEST))).toMatchFileSnapshot(join(GOLDEN, 'churn.yaml'));
});

test('a service that says everything renders to its golden objects', async () => {
  const spec = specOf({
    name: 'vision',
    model: {
      path: 'models/vision.onnx',
      source: { image: { reference: `registry.example/models/vision@sha256:${'a'.repeat(64)}`, subPath: 'v3' } },
    },
    deploy: {
      autoscaling: {
        minReplicas: 2,
        maxReplicas: 6,
        cpuPercent: 70,
        metrics: [{ type: 'external', name: 'queue_length', averageValue: '30', labels: { queue: 'vision' } }],
      },
      gpus: 1,
      gpu: { claim: 'dra', memoryMiB: 20_000, products: ['NVIDIA-A10', 'NVIDIA-L4'], runtimeClass: 'nvidia' },
      network: { from: [{ namespace: 'shop', podLabels: { app: 'web' } }, { cidr: '10.0.0.0/8' }] },
      route: { gateway: 'public', gatewayNamespace: 'gateways', listener: 'https', host: 'models.acme.example', path: '/vision' },
      monitoring: { labels: { release: 'prometheus' } },
      nodeSelector: { pool: 'gpu' },
      tolerations: [{ key: 'spot', operator: 'Exists' }],
      priorityClass: 'serving',
      pod: { labels: { team: 'vision' }, annotations: { 'acme.example/cost': '42' } },
      workload: { labels: { 'kueue.x-k8s.io/queue-name': 'gpus' } },
    },
  });
  await expect(renderYaml(renderManifests(spec, REQUEST))).toMatchFileSnapshot(join(GOLDEN, 'vision.yaml'));
});

test('a service with an Ingress, a volume and a share of a GPU renders each of them', () => {
  const objects = renderManifests(
    specOf({
      model: { path: 'models/churn_model.pkl', source: { pvc: { claim: 'models', subPath: 'churn' } } },
      deploy: {
        gpus: 1,
        gpu: { resource: 'nvidia.com/mig-1g.5gb.shared', memoryMiB: 4_000 },
        ingress: { host: 'churn.example', className: 'nginx', tlsSecret: 'churn-tls', annotations: { 'nginx.org/x': 'y' } },
      },
    }),
    REQUEST,
  );
  expect(kindOf(objects, 'Ingress')?.spec).toEqual({
    ingressClassName: 'nginx',
    rules: [
      {
        host: 'churn.example',
        http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'churn', port: { name: 'http' } } } }] },
      },
    ],
    tls: [{ hosts: ['churn.example'], secretName: 'churn-tls' }],
  });
  const pod = deploymentOf(objects).template.spec;
  const [container] = pod.containers;
  expect(container?.resources).toMatchObject({ limits: { 'nvidia.com/mig-1g.5gb.shared': '1' } });
  expect(container?.volumeMounts).toContainEqual({ name: 'model', mountPath: '/app/models', readOnly: true, subPath: 'churn' });
  expect(pod.volumes).toContainEqual({ name: 'model', persistentVolumeClaim: { claimName: 'models', readOnly: true } });
  expect(JSON.stringify(pod.affinity)).toContain('{"key":"nvidia.com/mig-1g.5gb.memory","operator":"Gt","values":["3999"]}');
  expect(kindOf(objects, 'ConfigMap')?.data).toMatchObject({ MODEL_PATH: '/app/models/churn_model.pkl' });
});

test('a claim of another kind has another name, and the same one keeps it', () => {
  const nameOf = (gpu: object) =>
    kindOf(renderManifests(specOf({ deploy: { gpus: 1, gpu: { claim: 'dra', ...gpu } } }), REQUEST), 'ResourceClaimTemplate')?.metadata
      .name;
  expect(nameOf({})).toBe(nameOf({ deviceClass: 'gpu.nvidia.com' }));
  expect(nameOf({})).not.toBe(nameOf({ memoryMiB: 1 }));
});

test('a MIG profile is claimed by its own name', () => {
  const spec = specOf({ deploy: { gpus: 1, gpu: { claim: 'dra', resource: 'nvidia.com/mig-1g.10gb.me' } } });
  const template = JSON.stringify(kindOf(renderManifests(spec, REQUEST), 'ResourceClaimTemplate'));
  expect(template).toContain('"deviceClassName":"mig.nvidia.com"');
  expect(template).toContain('.profile == \\"1g.10gb+me\\"');
});

test.each([
  [{}, 0, { maxSurge: 1, maxUnavailable: 0 }],
  [{}, 1, { maxSurge: 0, maxUnavailable: 1 }],
  [{ maxSurge: 2 }, 1, { maxSurge: 2, maxUnavailable: 0 }],
  [{ maxSurge: 0 }, 0, { maxSurge: 0, maxUnavailable: 1 }],
  [{ maxUnavailable: '25%' }, 0, { maxSurge: 1, maxUnavailable: '25%' }],
  [{ maxUnavailable: 0 }, 1, { maxSurge: 1, maxUnavailable: 0 }],
])('of the limits of a rollout, the one that is not said follows: %o with %i GPUs', (rollout, gpus, limits) => {
  expect(renderSource({ deploy: { rollout, gpus } }).strategy.rollingUpdate).toEqual(limits);
});

test('an autoscaler of somebody else gets no replicas and no HorizontalPodAutoscaler', () => {
  const objects = renderManifests(specOf({ deploy: { autoscaling: { managedBy: 'external', minReplicas: 2, maxReplicas: 3 } } }), REQUEST);
  expect(deploymentOf(objects)).not.toHaveProperty('replicas');
  expect(objects.map((object) => object.kind)).toEqual([
    'ServiceAccount',
    'ConfigMap',
    'Service',
    'NetworkPolicy',
    'Deployment',
    'PodDisruptionBudget',
  ]);
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
  expect(kindOf(renderManifests(spec, REQUEST), 'ConfigMap')?.data).toEqual({
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

test('equal specs render to equal bytes, and every object bears the labels by which it is found', () => {
  fc.assert(
    fc.property(anySpec, (spec) => {
      const objects = renderManifests(spec, REQUEST);
      expect(renderYaml(renderManifests(structuredClone(spec), REQUEST))).toBe(renderYaml(objects));
      for (const object of objects) {
        // A claim template can never change, so its name tells its content.
        const name = object.kind === 'ResourceClaimTemplate' ? object.metadata.name.replace(/-gpu-[0-9a-f]{8}$/, '') : object.metadata.name;
        expect({ ...object.metadata, name }).toMatchObject({
          name: spec.names.label,
          namespace: 'ml',
          labels: { 'app.kubernetes.io/instance': spec.names.label, 'app.kubernetes.io/managed-by': 'modelyard' },
        });
      }
    }),
  );
});
