import { expect, test } from 'vitest';
import { gpuNode, type NodeSketch } from '../testing/nodes.ts';
import { nodeRefusals } from './node-match.ts';
import type { NodeRequirement, Placement } from './placement.ts';

const refusals = (sketch: NodeSketch, pod: Placement = {}) => nodeRefusals(gpuNode('n', sketch), pod).map((one) => one.text);
const affinity = (...matchExpressions: NodeRequirement[]): Placement => ({
  affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] } } },
});
const DEDICATED = { key: 'dedicated', value: 'research', effect: 'NoSchedule' };

test('a healthy node without taints takes every pod', () => {
  expect(refusals({})).toEqual([]);
});

test('a node that is cordoned or not ready takes none', () => {
  expect(refusals({ cordoned: true, ready: false })).toEqual(['not ready', 'cordoned']);
});

test('a taint keeps pods away until it is tolerated; one that only prefers does not', () => {
  expect(refusals({ taints: [DEDICATED, { key: 'spot', effect: 'PreferNoSchedule' }] })).toEqual([
    'taint dedicated=research:NoSchedule is not tolerated',
  ]);
  const tolerations = [
    [{ key: 'dedicated', operator: 'Exists' }],
    [{ operator: 'Exists' }],
    [{ key: 'dedicated', value: 'research' }],
    [{ key: 'dedicated', value: 'other', operator: 'Equal' }],
    [{ key: 'dedicated', operator: 'Exists', effect: 'NoExecute' }],
  ];
  expect(tolerations.map((one) => refusals({ taints: [DEDICATED] }, { tolerations: one }).length)).toEqual([0, 0, 0, 1, 1]);
});

test('what the cluster marks a node with is told apart from a taint that somebody chose', () => {
  const keys = ['node.kubernetes.io/disk-pressure', 'node.cloudprovider.kubernetes.io/shutdown', 'ToBeDeletedByClusterAutoscaler', 'team'];
  const taints = keys.map((key) => ({ key, effect: 'NoExecute' }));
  expect(nodeRefusals(gpuNode('n', { taints }), {})).toEqual([
    { kind: 'mark', text: 'marked node.kubernetes.io/disk-pressure:NoExecute' },
    { kind: 'mark', text: 'marked node.cloudprovider.kubernetes.io/shutdown:NoExecute' },
    { kind: 'mark', text: 'marked ToBeDeletedByClusterAutoscaler:NoExecute' },
    { kind: 'taint', text: 'taint team:NoExecute is not tolerated' },
  ]);
});

test('a nodeSelector names the label and what the node has instead', () => {
  expect(refusals({ labels: { zone: 'b' } }, { nodeSelector: { zone: 'a', tier: 'gold' } })).toEqual([
    'nodeSelector asks for zone=a, not b',
    'nodeSelector asks for tier=gold, which is not set',
  ]);
});

test('each operator of the node affinity is understood', () => {
  const one = (operator: string, values: readonly string[] = [], key = 'n') =>
    refusals({ labels: { n: '5' } }, affinity({ key, operator, values })).length === 0;
  expect([one('In', ['4', '5']), one('In', ['4']), one('NotIn', ['5']), one('NotIn', ['4']), one('NotIn', ['4'], 'other')]).toEqual([
    true,
    false,
    false,
    true,
    true,
  ]);
  expect([one('Exists'), one('Exists', [], 'other'), one('DoesNotExist', [], 'other'), one('Gt', ['4']), one('Lt', ['4'])]).toEqual([
    true,
    false,
    true,
    true,
    false,
  ]);
});

test('of one affinity term it is told what does not hold; of several, that none does', () => {
  const memory = { key: 'nvidia.com/gpu.memory', operator: 'Gt', values: ['40000'] };
  const tier = { key: 'tier', operator: 'Exists' };
  expect(refusals({}, affinity(memory, tier))).toEqual([
    'the node affinity asks for nvidia.com/gpu.memory Gt 40000, not 23028',
    'the node affinity asks for tier Exists, which is not set',
  ]);
  const nodeSelectorTerms = [{ matchExpressions: [memory] }, { matchExpressions: [tier] }];
  expect(refusals({}, { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } } })).toEqual([
    'the node affinity does not match',
  ]);
});

test('an affinity term without requirements matches no node', () => {
  expect(refusals({}, affinity())).toEqual(['the node affinity does not match']);
});
