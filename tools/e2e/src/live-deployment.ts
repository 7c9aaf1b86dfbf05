import { expect } from 'vitest';
import { kubernetesObject } from './kubernetes-object.ts';

/** Expects of the live churn Deployment that it asks for a GPU, has its probes and a restricted security context. */
export async function expectSafeDeployment(kubeconfig: string): Promise<void> {
  const deployment = await kubernetesObject(kubeconfig, '/apis/apps/v1/namespaces/acme-ml/deployments/churn');
  const { containers, securityContext } = deployment.spec.template.spec;
  const [container] = containers;
  expect(container.resources.limits['nvidia.com/gpu']).toBe('1');
  expect(container.readinessProbe.httpGet.path).toBe('/health');
  expect(container.livenessProbe.httpGet.path).toBe('/livez');
  expect(container.startupProbe).toBeDefined();
  expect(securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: 'RuntimeDefault' } });
  expect(container.securityContext).toMatchObject({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  });
}
