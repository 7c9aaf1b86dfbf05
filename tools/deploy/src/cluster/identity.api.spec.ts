import { formatProblems } from '@modelyard/core';
import { expect, inject, test } from 'vitest';
import { readClusterIdentity } from '../cluster-identity.ts';
import { deployService } from '../deploy.ts';
import type { DeployRequest } from '../deploy-request.ts';
import { problemsOf, recordingWorld, requestFor } from '../testing/api.ts';
import { kubectl } from '../testing/kubectl.ts';

const OTHER = '00000000-0000-4000-8000-000000000000';

function saying(namespace: string, what: { clusterId?: string; server?: string }, more: Partial<DeployRequest> = {}): DeployRequest {
  const request = requestFor(namespace, {}, more);
  return { ...request, environment: { ...request.environment, ...what } };
}

const identity = () => readClusterIdentity(requestFor('any').environment, [inject('cluster').kubeconfigPath], recordingWorld());

test('a cluster that is the one the environment says is deployed to', async () => {
  const found = await identity();
  expect(found.clusterId).toBe((await kubectl(['get', 'namespace', 'kube-system', '-o', 'jsonpath={.metadata.uid}'])).trim());
  expect(await deployService(saying('itself', found), recordingWorld())).toMatchObject({ outcome: 'deployed' });
});

test('another cluster than the environment says is refused, and nothing is changed there', async () => {
  const { clusterId } = await identity();
  const error = await problemsOf(deployService(saying('other', { clusterId: OTHER }), recordingWorld()));
  expect([error.exit, formatProblems(error.problems)]).toEqual([
    'preflight',
    `wrong-cluster  modelyard.yaml: environment "test" is the cluster with the id ${OTHER}, but context "${inject('cluster').context}" leads to the one with the id ${clusterId}; nothing was changed
          let the context lead to the right cluster; where the environment moved, correct it by what "npx modelyard cluster id" prints`,
  ]);
  expect(await kubectl(['get', 'namespaces', '-o', 'name'])).not.toContain('namespace/other');
});

test('another address than the environment says is refused before anything is sent to it', async () => {
  const error = await problemsOf(deployService(saying('address', { server: 'https://prod.example:6443/' }), recordingWorld()));
  expect(error.problems[0]?.what).toBe(
    `environment "test" is the cluster at https://prod.example:6443, but context "${inject('cluster').context}" leads to the one at ${inject('cluster').server}; nothing was changed`,
  );
});
