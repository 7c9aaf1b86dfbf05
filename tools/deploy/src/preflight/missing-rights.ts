import { type Problem, ProblemError } from '@modelyard/core';
import type { Cluster } from '../cluster/index.ts';
import { LOOKED_AT } from './resources.ts';
import { groupOf, type Rights, ruleName } from './rights.ts';

/** A rule of a SelfSubjectRulesReview. */
interface Rule {
  readonly verbs?: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** For whom rights are asked, and how they are called in the remedy. */
export interface Asker {
  readonly service: string;
  readonly environment: string;
  readonly namespace: string;
}

/** Throws one problem that names every right that is missing; a right that is optional is not asked for. */
export async function expectRights(cluster: Cluster, needed: readonly Rights[], asker: Asker): Promise<void> {
  const missing = await missingRights(
    cluster,
    needed.filter((one) => !one.isOptional),
    asker.namespace,
  );
  if (missing.length === 0) return;
  throw new ProblemError([rightsProblem(missing, asker, await askWho(cluster))], 'preflight');
}

/** What the server says may be done in a namespace. */
export async function askRights(cluster: Cluster, namespace: string): Promise<{ resourceRules?: Rule[]; incomplete?: boolean }> {
  return (await cluster.ask(LOOKED_AT.RulesReview, { namespace })) as { resourceRules?: Rule[]; incomplete?: boolean };
}

/** One review lists all rules of a namespace; where an authorizer cannot list its rules, each right in doubt is asked by itself. */
export async function missingRights(cluster: Cluster, needed: readonly Rights[], namespace: string): Promise<Rights[]> {
  const { resourceRules = [], incomplete } = await askRights(cluster, namespace);
  const doubtful = needed.map((one) => ({ ...one, verbs: one.verbs.filter((verb) => !isAllowed(resourceRules, one, verb)) }));
  const checked = incomplete ? await Promise.all(doubtful.map((one) => refusedVerbs(cluster, one, namespace))) : doubtful;
  return checked.filter((one) => one.verbs.length > 0);
}

/** A rule for single names allows too little for us. */
function isAllowed(rules: readonly Rule[], right: Rights, verb: string): boolean {
  const name = ruleName(right);
  const accepted = right.subresource ? ['*', name, `*/${right.subresource}`] : ['*', name];
  return rules.some(
    (rule) =>
      !rule.resourceNames?.length &&
      ['*', verb].some((one) => rule.verbs?.includes(one)) &&
      ['*', groupOf(right.resource)].some((one) => rule.apiGroups?.includes(one)) &&
      accepted.some((one) => rule.resources?.includes(one)),
  );
}

async function refusedVerbs(cluster: Cluster, right: Rights, namespace: string): Promise<Rights> {
  const { resource, subresource } = right;
  const ask = async (verb: string) => {
    const resourceAttributes = {
      namespace,
      verb,
      group: groupOf(resource),
      resource: resource.plural,
      ...(subresource ? { subresource } : {}),
    };
    return (await cluster.ask(LOOKED_AT.AccessReview, { resourceAttributes })) as { allowed?: boolean };
  };
  const answers = await Promise.all(right.verbs.map(ask));
  return { ...right, verbs: right.verbs.filter((_verb, index) => !answers[index]?.allowed) };
}

async function askWho(cluster: Cluster): Promise<string | undefined> {
  const status = (await cluster.ask(LOOKED_AT.SelfReview, undefined).catch(() => undefined)) as
    | { userInfo?: { username?: string } }
    | undefined;
  return status?.userInfo?.username;
}

function rightsProblem(missing: readonly Rights[], { service, environment, namespace }: Asker, user: string | undefined): Problem {
  const amount = missing.reduce((sum, one) => sum + one.verbs.length, 0);
  return {
    code: 'missing-rights',
    where: `${service} in ns/${namespace}`,
    what: `${user ? `user "${user}"` : 'these credentials'} ${user ? 'lacks' : 'lack'} ${amount} right${amount === 1 ? '' : 's'} that this deploy needs; nothing was changed`,
    remedy:
      `ask an administrator for "npx modelyard deploy role ${service} -e ${environment} | kubectl apply -f -" and ` +
      `"kubectl -n ${namespace} create rolebinding ${service}-deployer --role=${service}-deployer ${subjectOf(user)}"`,
    details: missing.map((one) => `${one.verbs.join(', ')} ${qualified(one)}`),
  };
}

const qualified = (one: Rights): string => `${ruleName(one)}${groupOf(one.resource) ? ` (${groupOf(one.resource)})` : ''}`;

/** How kubectl names who gets the Role. */
function subjectOf(user: string | undefined): string {
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user ?? '');
  if (account) return `--serviceaccount=${account[1]}:${account[2]}`;
  return `--user=${user ? JSON.stringify(user) : '<user>'}`.replaceAll('"', "'");
}
