import { FIELD_MANAGER, LABEL_MANAGED_BY } from '@modelyard/core';
import type { KubeObject } from '../kube/index.ts';

/** A namespace whose admission enforces Pod Security "restricted". */
export function renderNamespace(name: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      labels: { [LABEL_MANAGED_BY]: FIELD_MANAGER, 'pod-security.kubernetes.io/enforce': 'restricted' },
    },
  };
}
