import { formatProblems } from '@modelyard/core';
import { expect, test } from 'vitest';
import { type Cluster, connectCluster } from '../cluster/index.ts';
import { deployService } from '../deploy.ts';
import type { KubeObject } from '../kube/index.ts';
import { bringUp, planRelease, type Release, readStanding } from '../release/index.ts';
import { releaseOf } from '../release-of.ts';
import { accessTo } from '../target.ts';
import { problemsOf, recordingWorld, requestFor } from '../testing/api.ts';
import { kubectl } from '../testing/kubectl.ts';
import { withRelay } from '../testing/relay.ts';

const updates = (plan: { changes: readonly object[] }) =>
  plan.changes.flatMap((change) => {
    const { action, object, ...more } = change as { action: string; object: KubeObject };
    return action === 'update' ? [{ kind: object.kind, ...more }] : [];
  });

test('a deploy that changes nothing sends no write: looks at the lock, the rights and the namespace, one list for each kind, and no watch', async () => {
  const request = requestFor('no-op');
  await deployService(request, recordingWorld());
  await withRelay(async (kubeconfig, passed) => {
    expect(await deployService({ ...request, kubeconfigs: [kubeconfig] }, recordingWorld())).toMatchObject({
      outcome: 'deployed',
      revision: 1,
    });
    expect(passed.map(({ method, path }) => `${method} ${path.split('?')[0]}`).sort()).toEqual([
      'GET /api/v1/namespaces/no-op',
      'GET /api/v1/namespaces/no-op/configmaps',
      'GET /api/v1/namespaces/no-op/configmaps',
      'GET /api/v1/namespaces/no-op/pods',
      'GET /api/v1/namespaces/no-op/serviceaccounts',
      'GET /api/v1/namespaces/no-op/services',
      'GET /apis/apps/v1/namespaces/no-op/deployments',
      'GET /apis/apps/v1/namespaces/no-op/replicasets',
      'GET /apis/coordination.k8s.io/v1/namespaces/no-op/leases/churn.deploy',
      'GET /apis/networking.k8s.io/v1/namespaces/no-op/networkpolicies',
      'POST /apis/authorization.k8s.io/v1/selfsubjectrulesreviews',
    ]);
    expect(passed.filter(({ path }) => path.includes('watch='))).toEqual([]);
  });
});

test('a spec with every kind of value is a no-op the second time', async () => {
  const source = {
    deploy: {
      gpus: 1,
      replicas: 0,
      resources: { cpu: '0.5', memory: '1024Mi', cpuLimit: '1500m' },
      env: { EMPTY: '' },
      secrets: [{ env: 'TOKEN', secret: 'token', key: 'value' }],
    },
  };
  const request = requestFor('values', source);
  await deployService(request, recordingWorld());
  await withRelay(async (kubeconfig, passed) => {
    await deployService({ ...request, kubeconfigs: [kubeconfig] }, recordingWorld());
    expect(passed.filter(({ method, path }) => method !== 'GET' && !path.endsWith('/selfsubjectrulesreviews'))).toEqual([]);
  });
});

test('a field that was edited by hand is found and set back, and who edited it is named', async () => {
  const request = requestFor('drift');
  await deployService(request, recordingWorld());
  await kubectl(['-n', 'drift', 'set', 'env', 'deployment/churn', 'HOME=/root', '-c', 'model']).catch(() => undefined);
  await kubectl(['-n', 'drift', 'patch', 'deployment', 'churn', '--type=merge', '-p', '{"spec":{"progressDeadlineSeconds":9}}']);
  await kubectl(['-n', 'drift', 'scale', 'deployment', 'churn', '--replicas=3']);
  const { plan } = await deployService(request, recordingWorld());
  const [update] = updates(plan) as unknown as { kind: string; repairs: object[] }[];
  expect(update).toMatchObject({ kind: 'Deployment' });
  expect(update?.repairs).toContainEqual({ field: 'spec.replicas', manager: 'kubectl' });
  expect(update?.repairs).toContainEqual({ field: 'spec.progressDeadlineSeconds', manager: 'kubectl-patch' });
  const live = JSON.parse(await kubectl(['-n', 'drift', 'get', 'deployment', 'churn', '-o', 'json']));
  expect(live.spec).toMatchObject({ replicas: 1 });
  expect(live.spec.progressDeadlineSeconds).not.toBe(9);
  expect(updates((await deployService(request, recordingWorld())).plan)).toEqual([]);
});

test('a number that was edited by hand and then written into the spec is ours to change again', async () => {
  await deployService(requestFor('edited', { deploy: { replicas: 1 } }), recordingWorld());
  await kubectl(['-n', 'edited', 'scale', 'deployment', 'churn', '--replicas=2']);
  await deployService(requestFor('edited', { deploy: { replicas: 2 } }), recordingWorld());
  const { plan } = await deployService(requestFor('edited', { deploy: { replicas: 3 } }), recordingWorld());
  expect(updates(plan)).toMatchObject([
    { kind: 'Deployment', fields: ['spec.replicas'], repairs: [{ field: 'spec.replicas', manager: 'kubectl' }] },
  ]);
  expect(await kubectl(['-n', 'edited', 'get', 'deployment', 'churn', '-o', 'jsonpath={.spec.replicas}'])).toBe('3');
});

test('a label that was taken off is put back', async () => {
  const request = requestFor('label');
  await deployService(request, recordingWorld());
  await kubectl(['-n', 'label', 'label', 'service', 'churn', 'app.kubernetes.io/name-']);
  expect(updates((await deployService(request, recordingWorld())).plan)).toMatchObject([
    { kind: 'Service', fields: ['metadata.labels["app.kubernetes.io/name"]'] },
  ]);
});

test('an object that somebody else made is not taken over; each field and its manager are named', async () => {
  const request = requestFor('foreign', { deploy: { replicas: 2 } });
  await deployService(requestFor('foreign'), recordingWorld());
  const other = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'churn', namespace: 'foreign' }, spec: { replicas: 3 } };
  await kubectl(['apply', '--server-side', '--force-conflicts', '--field-manager=argocd', '-f', '-'], JSON.stringify(other));
  const error = await problemsOf(deployService(request, recordingWorld()));
  expect(error.exit).toBe('conflict');
  expect(formatProblems(error.problems)).toBe(
    'field-conflict  deployment/churn in ns/foreign: spec.replicas belongs to "argocd"\n' +
      '          let one of the two own it: stop "argocd" from setting spec.replicas, or take it out of model-service.yaml',
  );
});

test('an object that has nothing of ours is not merged with ours; who made it is named, and labels hand it over', async () => {
  const request = requestFor('strangers');
  await kubectl(['create', 'namespace', 'strangers']);
  await kubectl(['-n', 'strangers', 'create', 'configmap', 'churn', '--from-literal=TOKEN_FILE=/theirs']);
  const error = await problemsOf(deployService(request, recordingWorld()));
  expect(error.exit).toBe('conflict');
  expect(formatProblems(error.problems)).toBe(
    'foreign-object  configmap/churn in ns/strangers: it is there already, and Modelyard did not make it (kubectl-create did)\n' +
      '          rename the service, delete the object, or hand it over: ' +
      'kubectl -n strangers label configmap/churn app.kubernetes.io/instance=churn app.kubernetes.io/managed-by=modelyard',
  );
  expect(JSON.parse(await kubectl(['-n', 'strangers', 'get', 'deployments', '-o', 'json'])).items).toEqual([]);
  await kubectl([
    '-n',
    'strangers',
    'label',
    'configmap/churn',
    'app.kubernetes.io/instance=churn',
    'app.kubernetes.io/managed-by=modelyard',
  ]);
  expect(await deployService(request, recordingWorld())).toMatchObject({ outcome: 'deployed' });
});

test('an object that somebody made anew from a copy is told as such, once, with the way out', async () => {
  const request = requestFor('copied');
  await deployService(request, recordingWorld());
  const copy = JSON.parse(await kubectl(['-n', 'copied', 'get', 'deployment', 'churn', '-o', 'json']));
  for (const key of ['uid', 'resourceVersion', 'generation']) delete copy.metadata[key];
  copy.spec.selector.matchLabels.tier = copy.spec.template.metadata.labels.tier = 'gold';
  await kubectl(['-n', 'copied', 'delete', 'deployment', 'churn', '--wait']);
  await kubectl(['create', '-f', '-'], JSON.stringify(copy));
  const next = { ...request, image: { ref: 'churn:2' } };
  const error = await problemsOf(deployService(next, recordingWorld()));
  expect([error.exit, error.problems.length]).toEqual(['conflict', 1]);
  expect(formatProblems(error.problems)).toMatch(
    /^field-conflict {2}deployment\/churn in ns\/copied: "kubectl-create" has made the object anew, with a \S+ of its own\n {10}delete it, and deploy again .*: kubectl --context \S+ -n copied delete deployment\/churn$/,
  );
  await kubectl(['-n', 'copied', 'delete', 'deployment', 'churn', '--wait']);
  expect(await deployService(next, recordingWorld())).toMatchObject({ outcome: 'deployed' });
});

const autoscaler = (namespace: string): KubeObject => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: {
    name: 'churn',
    namespace,
    labels: { 'app.kubernetes.io/instance': 'churn', 'app.kubernetes.io/managed-by': 'modelyard' },
  },
  spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'churn' }, minReplicas: 2, maxReplicas: 5 },
});

async function bringUpRelease(cluster: Cluster, release: Release) {
  const inventory = await readStanding(cluster, release);
  return bringUp(cluster, release, await planRelease(cluster, release, inventory), inventory, recordingWorld());
}

test('an autoscaler that is switched on keeps the replicas as they are, and they come back when it is switched off', async () => {
  const request = requestFor('autoscaled', { deploy: { replicas: 4 } });
  const replicas = async () =>
    JSON.parse(await kubectl(['-n', 'autoscaled', 'get', 'deployment', 'churn', '-o', 'jsonpath={.spec.replicas}']));
  await deployService(request, recordingWorld());
  const plain = releaseOf(request);
  const scaled = { ...plain, objects: [...plain.objects, autoscaler('autoscaled')] };
  const cluster = await connectCluster(accessTo(request));
  try {
    expect(updates((await bringUpRelease(cluster, scaled)).plan)).toMatchObject([{ kind: 'Deployment', handsOver: 4 }]);
    expect(await replicas()).toBe(4);
    await kubectl(['-n', 'autoscaled', 'scale', 'deployment', 'churn', '--replicas=5']);
    expect(updates((await bringUpRelease(cluster, scaled)).plan)).toEqual([]);
    expect(await replicas()).toBe(5);
    const { plan } = await bringUpRelease(cluster, plain);
    expect(plan.changes.filter((change) => change.action === 'delete').map((change) => change.object.kind)).toEqual([
      'HorizontalPodAutoscaler',
    ]);
    expect(await replicas()).toBe(4);
  } finally {
    await cluster.close();
  }
});
