import { describe, expect, test } from 'vitest';
import { unwrap } from './problem.ts';
import { parseServiceSpec, type ServiceSpec, specIn } from './service-spec.ts';

/** The churn service with this `deploy`, and these differences in production. */
function specOf(deploy: string, production = '{}'): ServiceSpec {
  const text = `name: churn
python: "3.11"
framework: sklearn
model: { path: models/churn_model.pkl }
deploy: ${deploy}
environments: { production: ${production} }
`;
  return unwrap(parseServiceSpec(text, 'model-service.yaml'));
}
const deployOf = (deploy: string) => specOf(deploy).deploy;
const inProduction = (deploy: string, production: string) => specIn(specOf(deploy, production), 'production').deploy;

describe('defaults', () => {
  test('an autoscaler that names no metric aims at CPU use, and one that names one does not', () => {
    expect(deployOf('{ autoscaling: { maxReplicas: 4 } }').autoscaling).toEqual({
      managedBy: 'hpa',
      minReplicas: 1,
      maxReplicas: 4,
      cpuPercent: 80,
      metrics: [],
      scaleDownStabilizationSeconds: 300,
    });
    expect(deployOf('{ autoscaling: { maxReplicas: 4, memoryPercent: 70 } }').autoscaling).not.toHaveProperty('cpuPercent');
  });

  test('with autoscaling, the replicas are those that are sure', () => {
    expect(deployOf('{ autoscaling: { minReplicas: 3, maxReplicas: 4 } }').replicas).toBe(3);
  });

  test('a MIG profile has a device class of its own', () => {
    expect(deployOf('{ gpus: 1, gpu: { resource: nvidia.com/mig-1g.5gb, claim: dra } }').gpu.deviceClass).toBe('mig.nvidia.com');
  });

  test('a block that is switched off is as if it was not there', () => {
    const off = deployOf(
      '{ route: { enabled: false }, monitoring: { enabled: false }, network: { enabled: false }, autoscaling: { enabled: false } }',
    );
    for (const key of ['route', 'monitoring', 'network', 'autoscaling']) expect(off).not.toHaveProperty(key);
  });
});

describe('an environment', () => {
  test('merges blocks and maps by key, and replaces lists', () => {
    const base =
      '{ autoscaling: { maxReplicas: 4, cpuPercent: 60 }, nodeSelector: { pool: a, disk: ssd }, tolerations: [{ key: a, operator: Exists }] }';
    const { autoscaling, nodeSelector, tolerations } = inProduction(
      base,
      '{ autoscaling: { maxReplicas: 9 }, nodeSelector: { pool: b }, tolerations: [{ key: b, operator: Exists }] }',
    );
    expect(autoscaling).toMatchObject({ maxReplicas: 9, cpuPercent: 60 });
    expect(nodeSelector).toEqual({ pool: 'b', disk: 'ssd' });
    expect(tolerations).toEqual([{ key: 'b', operator: 'Exists' }]);
  });

  test('that says how many pods takes the autoscaler away, and the other way round', () => {
    expect(inProduction('{ autoscaling: { maxReplicas: 4 } }', '{ replicas: 2 }')).not.toHaveProperty('autoscaling');
    expect(inProduction('{ replicas: 2 }', '{ autoscaling: { minReplicas: 3, maxReplicas: 4 } }').replicas).toBe(3);
  });

  test('that has an Ingress takes the route away, and one kind of budget the other', () => {
    expect(inProduction('{ route: { gateway: public } }', '{ ingress: { host: churn.example } }')).not.toHaveProperty('route');
    expect(inProduction('{ replicas: 3, disruption: { maxUnavailable: 2 } }', '{ disruption: { minAvailable: 2 } }').disruption).toEqual({
      enabled: true,
      minAvailable: 2,
    });
  });

  test('completes a block that deploy has switched off', () => {
    const { ingress } = inProduction(
      '{ ingress: { enabled: false, className: nginx } }',
      '{ ingress: { enabled: true, host: churn.example } }',
    );
    expect(ingress).toEqual({ className: 'nginx', host: 'churn.example', path: '/' });
  });

  test('takes GPUs away without naming their kind again', () => {
    expect(inProduction('{ gpus: 2, gpu: { resource: nvidia.com/mig-1g.5gb } }', '{ gpus: 0 }').gpus).toBe(0);
  });

  test('has a model of its own', () => {
    const spec = specOf('{}', '{ model: { source: { pvc: { claim: models, subPath: churn } } } }');
    expect(specIn(spec, 'production').model).toEqual({
      path: 'models/churn_model.pkl',
      loadBudgetSeconds: 60,
      source: { from: 'pvc', claim: 'models', subPath: 'churn' },
    });
    expect(spec.model).not.toHaveProperty('source');
  });
});
