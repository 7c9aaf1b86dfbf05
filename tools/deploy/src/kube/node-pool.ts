/** Labels that say which pool a node belongs to, the surest first. */
const POOL_LABELS = [
  'karpenter.sh/nodepool',
  'cloud.google.com/gke-nodepool',
  'eks.amazonaws.com/nodegroup',
  'alpha.eksctl.io/nodegroup-name',
  'kubernetes.azure.com/agentpool',
  'agentpool',
  'doks.digitalocean.com/node-pool',
  'ibm-cloud.kubernetes.io/worker-pool-name',
  'k8s.scaleway.com/pool-name',
  'lke.linode.com/pool-id',
  'node.kubernetes.io/instance-type',
  'nvidia.com/gpu.product',
];

/** The pool of a node: its cloud's node pool, else its instance type, else its GPU; undefined when no label tells. */
export function poolOf(labels: Readonly<Record<string, string>>): string | undefined {
  const label = POOL_LABELS.find((name) => labels[name]);
  return label && labels[label];
}
