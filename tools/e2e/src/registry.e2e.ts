import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestControlPlane } from '@modelyard/cluster/testing';
import { unwrap } from '@modelyard/core';
import {
  buildImage,
  type DockerEngine,
  findEngine,
  type ImageRecord,
  pinBase,
  pushRecordedImage,
  resolveImage,
  runDocker,
} from '@modelyard/image';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lendWorkspace } from './lent-workspace.ts';
import { ensurePackages, REGISTRY_PACKAGES, type RunningRegistry, startRegistry } from './machine/index.ts';

// The twin of tools/image/src/testing/registry-server.ts: what that one plays, a real registry does.
let folder: string;
let registry: RunningRegistry;
let engine: DockerEngine;
let record: ImageRecord;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modelyard-registry-'));
  const env = { ...process.env, DOCKER_CONFIG: join(folder, 'docker') };
  const machine = { env, log: (line: string) => console.log(line) };
  await ensurePackages(REGISTRY_PACKAGES, machine);
  registry = await startRegistry(folder, machine);
  engine = unwrap(await findEngine(env));
  await writeFile(join(folder, 'Dockerfile'), 'FROM scratch\nCOPY Dockerfile /\n');
  const revision = { commit: 'c'.repeat(40), dirty: false, committedAt: null, remote: null };
  record = await buildImage(engine, { context: folder, name: 'churn', registry: `${registry.host}/acme`, revision }, () => undefined);
});

afterAll(async () => {
  await runDocker(engine, ['image', 'rm', '--force', record.ref]);
  await registry.stop();
  await rm(folder, { recursive: true, force: true });
});

const code = (result: Awaited<ReturnType<typeof resolveImage>>) => (result.ok ? 'found' : result.problems[0]?.code);

test('without a login neither a push nor a question gets through', async () => {
  await expect(pushRecordedImage(engine, folder, record, () => undefined)).rejects.toThrow('push-failed');
  expect(code(await resolveImage(record.ref, engine.env))).toBe('registry-denied');
});

test('after docker login a push records the digest that the registry tells for the tag', async () => {
  const login = await runDocker(engine, ['login', '--username', registry.username, '--password', registry.password, registry.host]);
  expect(login.exitCode, login.stderr).toBe(0);
  expect(code(await resolveImage(record.ref, engine.env))).toBe('image-not-found');
  const { digest } = await pushRecordedImage(engine, folder, record, () => undefined);
  expect(JSON.parse(await readFile(join(folder, 'dist', 'image.json'), 'utf8'))).toEqual({ ...record, digest });
  const resolved = unwrap(await resolveImage(record.ref, engine.env));
  expect(resolved.digest).toBe(digest);
  expect([resolved.digest, resolved.configDigest]).toContain(record.id);
  expect(unwrap(await resolveImage(`${record.ref}@${digest}`, engine.env)).digest).toBe(digest);
});

test('nx docker-push records the digest of the last build, nx deploy names the image by it, and nx promote takes it to the next environment', async () => {
  const plane = await startTestControlPlane({ nodes: [{ name: 'node-1' }] });
  const environmentIn = (namespace: string) => ({
    context: plane.context,
    kubeconfig: plane.kubeconfigPath,
    namespace,
    createNamespace: true,
  });
  const environments = { staging: environmentIn('staging'), production: environmentIn('production') };
  const workspace = await lendWorkspace(['churn'], { defaultEnvironment: 'staging', environments }, engine.env);
  try {
    workspace.recordImage('churn', record);
    const { digest } = unwrap(await resolveImage(record.ref, engine.env));
    const pinned = `${record.ref}@${digest}`;
    const runs = [['churn:docker-push'], ['churn:deploy'], ['churn:promote', '--from=staging', '--to=production']];
    const outputs: string[] = [];
    for (const run of runs) {
      const { code, output } = await workspace.nx('run', ...run);
      expect({ run, code, output: code === 0 ? '' : output }).toEqual({ run, code: 0, output: '' });
      outputs.push(output);
    }
    expect(JSON.parse(await readFile(join(workspace.folderOf('churn'), 'dist', 'image.json'), 'utf8'))).toEqual({ ...record, digest });
    expect(outputs.map((output) => output.includes(`image ${pinned}`) || output.includes(`image    ${pinned}`))).toEqual([
      true,
      true,
      true,
    ]);
    const status = JSON.parse((await workspace.modelyard('status', 'churn', '-e', 'production', '-o', 'json')).output);
    expect(status.services[0].deployment).toEqual({ image: pinned, commit: record.commit, wanted: 1, ready: 1 });
  } finally {
    await workspace.remove();
    await plane.stop();
  }
});

test('a base image is named by its digest, whether the engine has it or only the registry, and a build starts from it', async () => {
  const { digest } = unwrap(await resolveImage(record.ref, engine.env));
  const labels = { 'org.opencontainers.image.base.name': record.ref, 'org.opencontainers.image.base.digest': digest };
  const said: string[] = [];
  const pinned = await pinBase(engine, record.ref, (line) => said.push(line));
  expect(pinned).toEqual({ ref: `${record.ref}@${digest}`, labels });
  await runDocker(engine, ['image', 'rm', '--force', record.ref]);
  expect(await pinBase(engine, record.ref, (line) => said.push(line))).toEqual(pinned);
  expect(said).toEqual([]);
  await writeFile(join(folder, 'Dockerfile'), `FROM ${pinned.ref}\nCOPY Dockerfile /again\n`);
  const revision = { commit: null, dirty: true, committedAt: null, remote: null };
  const { ref } = await buildImage(engine, { context: folder, name: 'based', revision, labels: pinned.labels }, () => undefined);
  await runDocker(engine, ['image', 'rm', '--force', ref]);
});
