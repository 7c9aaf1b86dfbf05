import { expect, test } from 'vitest';
import type { KubeObject } from '../kube/index.ts';
import { fakeCluster } from '../testing/fake-cluster.ts';
import { growingGroups, readGrowth } from './growth.ts';

const wanted = { pod: { nodeSelector: { tier: 'inference' } }, resource: 'nvidia.com/gpu', perPod: 2 };

const nodePool = (name: string, spec: object, resources: Record<string, string> = {}): KubeObject => ({
  apiVersion: 'karpenter.sh/v1',
  kind: 'NodePool',
  metadata: { name },
  spec,
  status: { resources },
});

test('the cluster autoscaler writes YAML; groups at their largest size or in trouble do not grow', () => {
  const status = `autoscalerStatus: Running
clusterWide:
  health: {status: Healthy}
nodeGroups:
- name: a10
  health: {cloudProviderTarget: 0, minSize: 0, maxSize: 8}
- name: t4
  health: {cloudProviderTarget: 3, minSize: 0, maxSize: 3}
- name: h100
  health: {cloudProviderTarget: 1, minSize: 0, maxSize: 3}
  scaleUp: {status: Backoff}
`;
  expect(growingGroups(status)).toEqual(['node group a10 (0 of 8 nodes)']);
});

test('before 1.30 it wrote lines of text', () => {
  const status = `Cluster-autoscaler status at 2023-01-01 00:00:00 UTC:
NodeGroups:
  Name:        gpu-a10
  Health:      Healthy (ready=1 unready=0 cloudProviderTarget=1 (minSize=0, maxSize=3))
               LastProbeTime: 2023-01-01
  Name:        gpu-t4
  Health:      Healthy (ready=2 unready=0 cloudProviderTarget=2 (minSize=0, maxSize=2))
`;
  expect(growingGroups(status)).toEqual(['node group gpu-a10 (1 of 3 nodes)']);
});

test('a Karpenter pool grows unless its limit, taints or labels keep the pods away', async () => {
  const pools = [
    nodePool('open', { template: { metadata: { labels: { tier: 'inference' } } } }),
    nodePool('full', { limits: { 'nvidia.com/gpu': 8 } }, { 'nvidia.com/gpu': '7' }),
    nodePool('tainted', { template: { spec: { taints: [{ key: 'dedicated', effect: 'NoSchedule' }] } } }),
    nodePool('other', { template: { metadata: { labels: { tier: 'training' } } } }),
    nodePool('required', { template: { spec: { requirements: [{ key: 'tier', operator: 'In', values: ['training'] }] } } }),
    nodePool('limited', { limits: { 'nvidia.com/gpu': '8' } }, { 'nvidia.com/gpu': '6' }),
  ];
  expect((await readGrowth(fakeCluster(pools), wanted)).pools).toEqual(["Karpenter's open", "Karpenter's limited"]);
});
