import { readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { clusterStatus } from '@modelyard/cluster';
import { EXIT_CODES } from '@modelyard/core';
import { formatLookJson } from '@modelyard/deploy';
import { deployEventSchema, type Look, lookSchema } from '@modelyard/deploy/events';
import { Check } from 'typebox/value';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { type LentWorkspace, lendWorkspace } from './lent-workspace.ts';
import { type Outcome, Shell } from './shell.ts';

// Nx and the command line as a user runs them, in a workspace of three built services that lends the packages of this checkout.
const SERVICES = ['churn', 'fraud', 'risk'];
let workspace: LentWorkspace;

beforeAll(async () => {
  const { context, kubeconfigPath: kubeconfig } = inject('cluster');
  const environmentIn = (namespace: string) => ({ context, kubeconfig, namespace, createNamespace: true });
  const environments = { local: environmentIn('run-many'), production: environmentIn('run-many-production') };
  workspace = await lendWorkspace(SERVICES, { defaultEnvironment: 'local', environments });
  for (const name of SERVICES) build(name);
  await workspace.commit('three services');
});

afterAll(() => workspace.remove());

const build = (name: string, more: object = {}): void =>
  workspace.recordImage(name, { ref: `${name}:1`, id: `sha256:${name}`, commit: null, dirty: false, ...more });

const modelyard = (...args: string[]): Promise<Outcome> => workspace.modelyard(...args);
const runMany = (env: Record<string, string>, ...args: string[]): Promise<Outcome> =>
  new Shell({ ...workspace.shell.env, ...env }, () => undefined).attempt(workspace.directory, 'nx', 'run-many', '-t', 'deploy', ...args);

/** The last revision of each service, as `history` tells it. */
async function lastRevisions(): Promise<{ revision: number; by: string }[]> {
  const { output } = await modelyard('history', ...SERVICES, '-o', 'json');
  return output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).revisions[0]);
}

test('run-many deploys every service in one process', async () => {
  const outcome = await runMany({});
  expect(outcome.output).toContain('Successfully ran target deploy for 3 projects');
  expect(outcome.code).toBe(0);
  const last = await lastRevisions();
  expect(last.map(({ revision }) => revision)).toEqual([1, 1, 1]);
  expect(new Set(last.map(({ by }) => by)).size).toBe(1);
});

test('a service whose files have a problem is a failed task, and the others are deployed all the same', async () => {
  await rm(join(workspace.folderOf('fraud'), 'dist'), { recursive: true });
  const outcome = await runMany({ NX_BATCH_MODE: 'true' });
  build('fraud');
  expect(outcome.code).not.toBe(0);
  expect(outcome.output).toContain(
    'missing-image  services/fraud/dist/image.json: fraud has no image yet\n' +
      '          build one with "npx nx run fraud:docker-build", or pass --image <ref>',
  );
  expect(outcome.output).toMatch(/Failed tasks:\s+- fraud:deploy\s/);
  expect(outcome.output).toMatch(/^churn +deployed /m);
  expect(outcome.output).toMatch(/^risk +deployed /m);
});

test('with a daemon and options, a problem of all services is said once', async () => {
  const outcome = await runMany({ CI: 'false', NX_DAEMON: 'true' }, '--environment=nowhere');
  await workspace.nx('daemon', '--stop');
  expect(outcome.code).not.toBe(0);
  expect(outcome.output.match(/unknown-environment {2}modelyard\.yaml: there is no environment "nowhere"/g)?.length).toBe(1);
});

test('an option that is not there is a problem, where Nx would end its batch with a stack', async () => {
  const outcome = await runMany({}, '--enviroment=local', '--timeoutSeconds=soon');
  expect(outcome.code).not.toBe(0);
  expect(outcome.output).toContain('bad-option  deploy: there is no option --enviroment\n          did you mean --environment?');
  expect(outcome.output).toContain('bad-option  deploy: --timeoutSeconds takes one number, not "soon"');
  expect(outcome.output).not.toContain('UnhandledPromiseRejection');
});

test('only what a commit concerns is deployed with --affected, and nothing when it concerns nothing', async () => {
  const file = join(workspace.folderOf('fraud'), 'model-service.yaml');
  const spec = parse(readFileSync(file, 'utf8')) as { deploy: object };
  writeFileSync(file, stringify({ ...spec, deploy: { ...spec.deploy, replicas: 2 } }));
  await workspace.commit('two pods of fraud');
  const outcome = await modelyard('deploy', '--affected', '--base=HEAD~1');
  expect(outcome.code).toBe(0);
  expect(outcome.output).toMatch(/^updated {2}deployment\/fraud$/m);
  expect(outcome.output).not.toMatch(/churn|risk/);
  expect((await lastRevisions()).map(({ revision }) => revision)).toEqual([1, 2, 1]);
  expect(await modelyard('deploy', '--affected', '--base=HEAD')).toMatchObject({ code: 0, output: 'nothing  no service is affected\n' });
});

test('each line of --output json is of the schema, also where a service fails', async () => {
  build('risk', { ref: 'simulate-crash:1', id: 'sha256:crash' });
  const { code, output } = await modelyard('deploy', '--all', '--no-rollback', '-o', 'json');
  expect(code).toBe(EXIT_CODES.rollout.code);
  const lines = output.trim().split('\n');
  expect(lines.filter((line) => !Check(deployEventSchema(), JSON.parse(line)))).toEqual([]);
  const types = lines.map((line) => JSON.parse(line).type as string);
  expect(types.slice(-2)).toEqual(['summary', 'failed']);
  expect(types.filter((type) => type === 'deployed').length).toBe(2);
});

test('--all goes on after a failure, tells which failed and ends with its code', async () => {
  const failed = await modelyard('deploy', '--all', '--no-rollback');
  expect(failed.code).toBe(EXIT_CODES.rollout.code);
  expect(failed.output).toMatch(/^summary {2}2 of 3 services done\nfailed {3}risk$/m);
});

/** What a command that looks prints with --output json, one object a line. */
async function looksOf(look: Look, ...args: string[]): Promise<object[]> {
  const { output } = await modelyard(...look.split(' '), ...args, '-o', 'json');
  return look === 'cluster status' ? [JSON.parse(output)] : jsonLines(output);
}

const jsonLines = (output: string): object[] =>
  output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

test('what the commands that look print with --output json is of the schema of each', async () => {
  const looks = {
    'canary status': ['--all'],
    'cluster id': [],
    'cluster status': [],
    diff: ['--all'],
    history: SERVICES,
    logs: ['churn'],
    status: ['--all'],
  };
  const printed = await Promise.all(
    Object.entries(looks).map(async ([look, args]) => ({ look: look as Look, objects: await looksOf(look as Look, ...args) })),
  );
  expect(printed.filter(({ objects }) => objects.length === 0)).toEqual([]);
  const wrong = printed.flatMap(({ look, objects }) =>
    objects.filter((object) => !Check(lookSchema(look), object)).map((object) => ({ look, object })),
  );
  expect(wrong).toEqual([]);
  const ofStatus = printed.find(({ look }) => look === 'status')?.objects ?? [];
  const services = ofStatus.flatMap((object) => (object as { services: { causes: object[] }[] }).services);
  expect(services.map(({ causes }) => causes.length > 0)).toEqual([false, false, true]);
});

test('the status of a cluster that runs is of its schema', async () => {
  const choice = { name: 'test', directory: dirname(inject('cluster').kubeconfigPath) };
  const found = await clusterStatus(choice, { env: process.env, log: () => undefined });
  expect(found.outcome).toBe('running');
  expect(Check(lookSchema('cluster status'), JSON.parse(formatLookJson(found)))).toBe(true);
});

test('nx promote deploys what is proved in one environment to another, by its digest, and refuses what has none', async () => {
  const promote = () => workspace.nx('run', 'churn:promote', '--from=local', '--to=production');
  const refused = await promote();
  expect(refused.code).toBe(1);
  expect(refused.output).toContain(
    'no-digest  churn in local (ns/run-many): its image churn:1 has no digest, so another one may stand under that name',
  );
  const digest = `sha256:${'d'.repeat(64)}`;
  build('churn', { digest });
  expect((await workspace.nx('run', 'churn:deploy')).code).toBe(0);
  const promoted = await promote();
  expect(promoted.code).toBe(0);
  expect(promoted.output).toContain('promote  revision 2 of churn, live and proved in local');
  expect(promoted.output).toContain(`image    churn:1@${digest}`);
  const { output } = await modelyard('status', 'churn', '-e', 'production');
  expect(output).toContain(
    `ready    churn in ns/run-many-production (production, context ${inject('cluster').context}): 1/1 pods\nimage    churn:1@${digest}`,
  );
});

test('a rollback and a destroy print the events of a deploy', async () => {
  const outputs = [await modelyard('rollback', 'fraud', '-o', 'json'), await modelyard('destroy', 'churn', '-o', 'json')];
  expect(outputs.map(({ code }) => code)).toEqual([0, 0]);
  expect(outputs.flatMap(({ output }) => jsonLines(output)).filter((event) => !Check(deployEventSchema(), event))).toEqual([]);
});
