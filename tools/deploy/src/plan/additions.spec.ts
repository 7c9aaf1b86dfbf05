import { expect, test } from 'vitest';
import { additionsOf } from './additions.ts';

const MODEL = 'k:{"name":"model"}';
const entry = (manager: string, operation: string, fieldsV1: object, subresource?: string) => ({
  manager,
  operation,
  fieldsType: 'FieldsV1',
  fieldsV1,
  ...(subresource ? { subresource } : {}),
});
const inPods = (spec: object) => ({ 'f:spec': { 'f:template': { 'f:spec': spec } } });
const OURS = entry('modelyard', 'Apply', {
  'f:metadata': { 'f:labels': { 'f:app.kubernetes.io/name': {} } },
  'f:spec': { 'f:selector': {}, 'f:template': { 'f:spec': { 'f:containers': { [MODEL]: { '.': {}, 'f:name': {}, 'f:image': {} } } } } },
});

const additions = (...others: object[]) =>
  additionsOf({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'churn', managedFields: [OURS, ...others] },
  } as never).map(({ field, manager }) => `${manager}: ${field}`);

test('a variable, a container and a label that others have added are named, by manager', () => {
  const variable = {
    'f:containers': { [MODEL]: { 'f:env': { '.': {}, 'k:{"name":"DEBUG"}': { '.': {}, 'f:name': {}, 'f:value': {} } } } },
  };
  const sidecar = { 'f:containers': { 'k:{"name":"side"}': { '.': {}, 'f:image': {}, 'f:name': {} } } };
  expect(
    additions(
      entry('kubectl-set', 'Update', inPods(variable)),
      entry('kubectl-patch', 'Update', inPods(sidecar)),
      entry('kubectl-label', 'Update', { 'f:metadata': { 'f:labels': { 'f:team': {} } } }),
    ),
  ).toEqual([
    'kubectl-label: metadata.labels.team',
    'kubectl-patch: spec.template.spec.containers[side]',
    'kubectl-set: spec.template.spec.containers[model].env[DEBUG]',
  ]);
});

test('what controllers, autoscalers, annotations and our own other managers write is no addition', () => {
  expect(
    additions(
      entry('kube-controller-manager', 'Update', { 'f:metadata': { 'f:annotations': { 'f:deployment.kubernetes.io/revision': {} } } }),
      entry('kube-controller-manager', 'Update', { 'f:status': { 'f:replicas': {} } }, 'status'),
      entry('kube-controller-manager', 'Update', { 'f:spec': { 'f:replicas': {} } }, 'scale'),
      entry('keda', 'Update', { 'f:spec': { 'f:replicas': {} } }),
      entry('modelyard-handover', 'Apply', { 'f:spec': { 'f:replicas': {} } }),
      entry('modelyard', 'Update', inPods({ 'f:priority': {} })),
      entry('kubectl-rollout', 'Update', {
        'f:spec': { 'f:template': { 'f:metadata': { 'f:annotations': { 'f:kubectl.kubernetes.io/restartedAt': {} } } } },
      }),
    ),
  ).toEqual([]);
});

test('a field that is ours too, or inside what we own as a whole, is no addition', () => {
  expect(
    additions(
      entry('argocd', 'Apply', inPods({ 'f:containers': { [MODEL]: { '.': {}, 'f:image': {} } } })),
      entry('argocd', 'Apply', { 'f:spec': { 'f:selector': { 'f:matchLabels': {} } } }),
    ),
  ).toEqual([]);
});
