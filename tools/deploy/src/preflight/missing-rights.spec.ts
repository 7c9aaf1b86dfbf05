import type { ProblemError } from '@modelyard/core';
import { expect, test } from 'vitest';
import { RESOURCES } from '../kube/index.ts';
import { fakeCluster } from '../testing/fake-cluster.ts';
import { expectRights, missingRights } from './missing-rights.ts';
import type { Rights } from './rights.ts';

const NEEDED: readonly Rights[] = [
  { resource: RESOURCES.Deployment, verbs: ['create', 'patch'] },
  { resource: RESOURCES.Pod, subresource: 'log', verbs: ['get'] },
];

/** A server that answers each kind of review as told. */
function reviewing(answers: Record<string, (spec: never) => unknown>) {
  const asked: string[] = [];
  const cluster = Object.assign(fakeCluster(), {
    ask: async ({ kind }: { kind: string }, spec: unknown) => {
      asked.push(kind);
      return answers[kind]?.(spec as never);
    },
  });
  return { cluster, asked };
}

const rules = (...resourceRules: object[]) => ({ SelfSubjectRulesReview: () => ({ resourceRules, incomplete: false }) });
const missing = async (...given: object[]) =>
  (await missingRights(reviewing(rules(...given)).cluster, NEEDED, 'ml')).map((one) => [one.subresource ?? one.resource.plural, one.verbs]);

test('rules are read as the server reads them: stars, groups, subresources, names', async () => {
  expect(await missing({ verbs: ['*'], apiGroups: ['*'], resources: ['*'] })).toEqual([]);
  expect(await missing({ verbs: ['create', 'get'], apiGroups: ['apps', ''], resources: ['deployments', '*/log'] })).toEqual([
    ['deployments', ['patch']],
  ]);
  expect(await missing({ verbs: ['*'], apiGroups: [''], resources: ['deployments', 'pods'] })).toEqual([
    ['deployments', ['create', 'patch']],
    ['log', ['get']],
  ]);
  const named = { verbs: ['*'], apiGroups: ['apps'], resources: ['deployments'], resourceNames: ['churn'] };
  expect(await missing(named, { verbs: ['get'], apiGroups: [''], resources: ['pods/log'] })).toEqual([
    ['deployments', ['create', 'patch']],
  ]);
});

test('one question is enough where the rules are complete; else each right in doubt is asked by itself', async () => {
  const complete = reviewing(rules());
  await missingRights(complete.cluster, NEEDED, 'ml');
  expect(complete.asked).toEqual(['SelfSubjectRulesReview']);
  const webhook = reviewing({
    SelfSubjectRulesReview: () => ({ resourceRules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods/log'] }], incomplete: true }),
    SelfSubjectAccessReview: ({ resourceAttributes }: { resourceAttributes: { verb: string } }) => ({
      allowed: resourceAttributes.verb === 'patch',
    }),
  });
  expect((await missingRights(webhook.cluster, NEEDED, 'ml')).map((one) => one.verbs)).toEqual([['create']]);
  expect(webhook.asked).toEqual(['SelfSubjectRulesReview', 'SelfSubjectAccessReview', 'SelfSubjectAccessReview']);
});

test('all that is missing stands in one problem, with who asks and what grants it', async () => {
  const { cluster } = reviewing({ ...rules(), SelfSubjectReview: () => ({ userInfo: { username: 'ann@acme.example' } }) });
  const asker = { service: 'churn', environment: 'staging', namespace: 'ml' };
  const optional: Rights = { resource: RESOURCES.HorizontalPodAutoscaler, verbs: ['list'], isOptional: true };
  const error = await expectRights(cluster, [...NEEDED, optional], asker).catch((reason: unknown) => reason);
  expect((error as ProblemError).exit).toBe('preflight');
  expect((error as ProblemError).message).toBe(
    `missing-rights  churn in ns/ml: user "ann@acme.example" lacks 3 rights that this deploy needs; nothing was changed
          ask an administrator for "npx modelyard deploy role churn -e staging | kubectl apply -f -" and "kubectl -n ml create rolebinding churn-deployer --role=churn-deployer --user='ann@acme.example'"
          | create, patch deployments (apps)
          | get pods/log`,
  );
});
