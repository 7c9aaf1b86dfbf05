/** A pod that nothing but the policy has something against. */
export function restrictedPod(namespace: string): object {
  const securityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
  const containers = [{ name: 'probe', image: 'probe:1', securityContext }];
  const spec = { securityContext: { runAsNonRoot: true, runAsUser: 10_001, seccompProfile: { type: 'RuntimeDefault' } }, containers };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'probe', namespace }, spec };
}

/** Objects by which no pod may be created in a namespace. */
export function denyPods(name: string): object {
  const apiVersion = 'admissionregistration.k8s.io/v1';
  const resourceRules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }];
  const validations = [{ expression: 'false', message: 'no pods here' }];
  const policy = {
    apiVersion,
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name },
    spec: { matchConstraints: { resourceRules }, validations },
  };
  const matchResources = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } } };
  const spec = { policyName: name, validationActions: ['Deny'], matchResources };
  const binding = { apiVersion, kind: 'ValidatingAdmissionPolicyBinding', metadata: { name }, spec };
  return { apiVersion: 'v1', kind: 'List', items: [policy, binding] };
}
