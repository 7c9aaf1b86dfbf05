import { expect, test } from 'vitest';
import { type Cluster, connectCluster } from '../cluster/index.ts';
import { deployService } from '../deploy.ts';
import { type KubeObject, resourceOf } from '../kube/index.ts';
import { bringUp, planRelease, type Release, readStanding } from '../release/index.ts';
import { releaseOf } from '../release-of.ts';
import { accessTo } from '../target.ts';
import { problemsOf, recordingWorld, requestFor } from '../testing/api.ts';
import { kubectl } from '../testing/kubectl.ts';
import { applySetOf } from './index.ts';

const extraMap = (namespace: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'churn', namespace },
  stringData: { token: 'x' },
});

async function bringUpRelease(cluster: Cluster, release: Release) {
  const inventory = await readStanding(cluster, release);
  return bringUp(cluster, release, await planRelease(cluster, release, inventory), inventory, recordingWorld());
}

async function parentOf(namespace: string) {
  const parent = JSON.parse(await kubectl(['-n', namespace, 'get', 'configmap', 'churn.applyset', '-o', 'json'])) as KubeObject;
  return parent.metadata;
}

test('kubectl sees the members of the set, and its parent names their kinds', async () => {
  await deployService(requestFor('members'), recordingWorld());
  const { id } = applySetOf('churn', 'members');
  const kinds = 'serviceaccounts,configmaps,services,deployments,replicasets,pods';
  const names = await kubectl(['-n', 'members', 'get', kinds, '-l', `applyset.kubernetes.io/part-of=${id}`, '-o', 'name']);
  expect(names.trim().split('\n').sort()).toEqual(['configmap/churn', 'deployment.apps/churn', 'service/churn', 'serviceaccount/churn']);
  const { labels, annotations } = await parentOf('members');
  expect(labels?.['applyset.kubernetes.io/id']).toBe(id);
  expect(annotations?.['applyset.kubernetes.io/tooling']).toBe('modelyard/v0.1.0');
  expect(annotations?.['applyset.kubernetes.io/contains-group-kinds']).toBe(
    'ConfigMap,Deployment.apps,NetworkPolicy.networking.k8s.io,Service,ServiceAccount',
  );
});

test('kubectl, told that the set is its own, prunes exactly what we would', async () => {
  await deployService(requestFor('kubectl'), recordingWorld());
  const tooling = 'applyset.kubernetes.io/tooling=kubectl/v1.35';
  await kubectl(['-n', 'kubectl', 'annotate', '--overwrite', 'configmap', 'churn.applyset', tooling]);
  const service = JSON.parse(await kubectl(['-n', 'kubectl', 'get', 'service', 'churn', '-o', 'json'])) as KubeObject;
  const { managedFields: _fields, resourceVersion: _version, uid: _uid, creationTimestamp: _time, labels, ...metadata } = service.metadata;
  const { 'applyset.kubernetes.io/part-of': _member, ...kept } = labels ?? {};
  const wanted = { apiVersion: 'v1', kind: 'Service', metadata: { ...metadata, labels: kept }, spec: service.spec };
  const args = [
    '-n',
    'kubectl',
    'apply',
    '--prune',
    '--applyset=configmap/churn.applyset',
    '--server-side',
    '--force-conflicts',
    '-f',
    '-',
  ];
  const said = await kubectl(args, JSON.stringify(wanted));
  const pruned = said.split('\n').filter((line) => line.endsWith(' pruned'));
  expect(pruned.sort()).toEqual([
    'configmap/churn pruned',
    'deployment.apps/churn pruned',
    'networkpolicy.networking.k8s.io/churn pruned',
    'serviceaccount/churn pruned',
  ]);
});

test('kubectl leaves a set alone that is ours', async () => {
  await deployService(requestFor('ours'), recordingWorld());
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'other', namespace: 'ours' } };
  const refused = kubectl(['-n', 'ours', 'apply', '--prune', '--applyset=configmap/churn.applyset', '-f', '-'], JSON.stringify(object));
  await expect(refused).rejects.toThrow('already exists and is managed by tooling "modelyard"');
});

test('what is no longer wanted is deleted once the rollout is proved, and only what the inventory lists', async () => {
  const request = requestFor('prune');
  const plain = releaseOf(request);
  await deployService(request, recordingWorld());
  await kubectl(['-n', 'prune', 'create', 'secret', 'generic', 'bystander']);
  await kubectl([
    '-n',
    'prune',
    'label',
    'secret',
    'bystander',
    'app.kubernetes.io/instance=churn',
    'app.kubernetes.io/managed-by=modelyard',
  ]);
  const cluster = await connectCluster(accessTo(request));
  const secrets = async () =>
    (await cluster.list({ resource: resourceOf({ apiVersion: 'v1', kind: 'Secret' }), namespace: 'prune' })).map(
      (one) => one.metadata.name,
    );
  try {
    await bringUpRelease(cluster, { ...plain, objects: [extraMap('prune'), ...plain.objects] });
    expect(await secrets()).toEqual(['bystander', 'churn']);
    expect((await parentOf('prune')).annotations?.['applyset.kubernetes.io/contains-group-kinds']).toContain('Secret');
    const crashing = releaseOf({ ...request, image: { ref: 'simulate-crash:1' } });
    await problemsOf(bringUpRelease(cluster, crashing));
    expect(await secrets()).toEqual(['bystander', 'churn']);
    expect((await parentOf('prune')).annotations?.['applyset.kubernetes.io/contains-group-kinds']).toContain('Secret');
    const { plan } = await bringUpRelease(cluster, plain);
    expect(plan.changes.filter((change) => change.action === 'delete').map((change) => change.object.metadata.name)).toEqual(['churn']);
    expect(await secrets()).toEqual(['bystander']);
    expect((await parentOf('prune')).annotations?.['applyset.kubernetes.io/contains-group-kinds']).not.toContain('Secret');
  } finally {
    await cluster.close();
  }
});
