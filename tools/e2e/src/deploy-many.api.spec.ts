import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { clusterStatus } from '@modelyard/cluster';
import { EXIT_CODES, unwrap } from '@modelyard/core';
import { formatLookJson } from '@modelyard/deploy';
import { deployEventSchema, type Look, lookSchema } from '@modelyard/deploy/events';
import { diskSink, scaffoldService, scaffoldWorkspace } from '@modelyard/standards';
import { parseModelServiceAnswers, parseWorkspaceAnswers } from '@modelyard/templates';
import { Check } from 'typebox/value';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { REPOSITORY } from './pack.ts';
import { type Outcome, Shell } from './shell.ts';

// Nx and the command line as a user runs them, in a workspace of three built services that lends the packages of this checkout.
const SERVICES = ['churn', 'fraud', 'risk'];
let workspace: string;
let shell: Shell;

beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'modelyard-many-'));
  const sink = diskSink(workspace);
  scaffoldWorkspace(sink, unwrap(parseWorkspaceAnswers({ name: 'many' }, 'test')));
  for (const name of SERVICES) scaffoldService(sink, `services/${name}`, unwrap(parseModelServiceAnswers({ name }, 'test')));
  for (const name of SERVICES) build(name);
  const { context, kubeconfigPath: kubeconfig } = inject('cluster');
  const local = { context, kubeconfig, namespace: 'run-many', createNamespace: true };
  writeFileSync(join(workspace, 'modelyard.yaml'), stringify({ environments: { local } }));
  symlinkSync(join(REPOSITORY, 'node_modules'), join(workspace, 'node_modules'));
  const bin = join(REPOSITORY, 'node_modules/.bin');
  const git = {
    GIT_AUTHOR_NAME: 'test',
    GIT_AUTHOR_EMAIL: 'test@modelyard.test',
    GIT_COMMITTER_NAME: 'test',
    GIT_COMMITTER_EMAIL: 'test@modelyard.test',
  };
  const env = { ...process.env, ...git, PATH: `${bin}:${process.env.PATH}`, CI: 'true', NX_DAEMON: 'false', NO_COLOR: '1' };
  shell = new Shell(env, () => undefined);
  await shell.run(workspace, 'git', 'init', '--quiet', '--initial-branch=main');
  await commit('three services');
});

afterAll(() => rm(workspace, { recursive: true, force: true }));

/** What a docker build leaves behind. */
function build(name: string): void {
  const folder = join(workspace, 'services', name, 'dist');
  mkdirSync(folder);
  writeFileSync(join(folder, 'image.json'), JSON.stringify({ ref: `${name}:1`, id: `sha256:${name}`, commit: null, dirty: false }));
}

async function commit(message: string): Promise<void> {
  await shell.run(workspace, 'git', 'add', '--all');
  await shell.run(workspace, 'git', 'commit', '--quiet', '--message', message);
}

const modelyard = (...args: string[]): Promise<Outcome> =>
  shell.attempt(workspace, process.execPath, join(REPOSITORY, 'packages/modelyard/dist/cli/start.cjs'), ...args);
const runMany = (env: Record<string, string>, ...args: string[]): Promise<Outcome> =>
  new Shell({ ...shell.env, ...env }, () => undefined).attempt(workspace, 'nx', 'run-many', '-t', 'deploy', ...args);

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
  await rm(join(workspace, 'services/fraud/dist'), { recursive: true });
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
  await shell.run(workspace, 'nx', 'daemon', '--stop');
  expect(outcome.code).not.toBe(0);
  expect(outcome.output.match(/unknown-environment {2}modelyard\.yaml: there is no environment "nowhere"/g)?.length).toBe(1);
});

test('only what a commit concerns is deployed with --affected, and nothing when it concerns nothing', async () => {
  const file = join(workspace, 'services/fraud/model-service.yaml');
  const spec = parse(readFileSync(file, 'utf8')) as { deploy: object };
  writeFileSync(file, stringify({ ...spec, deploy: { ...spec.deploy, replicas: 2 } }));
  await commit('two pods of fraud');
  const outcome = await modelyard('deploy', '--affected', '--base=HEAD~1');
  expect(outcome.code).toBe(0);
  expect(outcome.output).toMatch(/^updated {2}deployment\/fraud$/m);
  expect(outcome.output).not.toMatch(/churn|risk/);
  expect((await lastRevisions()).map(({ revision }) => revision)).toEqual([1, 2, 1]);
  expect(await modelyard('deploy', '--affected', '--base=HEAD')).toMatchObject({ code: 0, output: 'nothing  no service is affected\n' });
});

test('each line of --output json is of the schema, also where a service fails', async () => {
  const record = join(workspace, 'services/risk/dist/image.json');
  writeFileSync(record, JSON.stringify({ ref: 'simulate-crash:1', id: 'sha256:crash' }));
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

test('a rollback and a destroy print the events of a deploy', async () => {
  const outputs = [await modelyard('rollback', 'fraud', '-o', 'json'), await modelyard('destroy', 'churn', '-o', 'json')];
  expect(outputs.map(({ code }) => code)).toEqual([0, 0]);
  expect(outputs.flatMap(({ output }) => jsonLines(output)).filter((event) => !Check(deployEventSchema(), event))).toEqual([]);
});
