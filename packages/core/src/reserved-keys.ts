/** Prefixes of labels and annotations that Modelyard, Kubernetes or its admission own. */
const RESERVED_PREFIXES = [
  'app.kubernetes.io',
  'applyset.kubernetes.io',
  'container.apparmor.security.beta.kubernetes.io',
  'deployment.kubernetes.io',
  'modelyard.dev',
  'pod-security.kubernetes.io',
  'seccomp.security.alpha.kubernetes.io',
];
const RESERVED_KEYS = ['pod-template-hash'];

/** Whether a label or an annotation is not a user's to set. */
export function isReservedKey(key: string): boolean {
  return RESERVED_KEYS.includes(key) || RESERVED_PREFIXES.some((prefix) => key.startsWith(`${prefix}/`));
}
