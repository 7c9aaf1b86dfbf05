import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { formatProblems, type Result } from '@modelyard/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { kubeconfigFiles, loadDeployRequest } from './load-service.ts';
import { specText } from './testing/specs.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'modelyard-load-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function write(files: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}

const WORKSPACE = `environments:
  local: { context: modelyard, namespace: acme, createNamespace: true, delivery: load }
  production: { context: prod, namespace: ml, protected: true, kubeconfig: secrets/prod.yaml }
`;
const FILES = {
  'modelyard.yaml': WORKSPACE,
  'services/churn/model-service.yaml': specText({ deploy: { replicas: 1 }, environments: { production: { replicas: 3 } } }),
  'services/churn/dist/image.json': '{"ref":"churn:1a2b3c","id":"sha256:4a5b","commit":null,"dirty":true}',
  'services/churn/models/model.lock.json': '{"schema":1,"model":{"sha256":"feed"},"golden":[],"tolerance":1e-6}',
};
const load = (more: object = {}) =>
  loadDeployRequest({ workspaceRoot: root, serviceRoot: 'services/churn', env: { HOME: '/home/ada' }, ...more });
const problems = (result: Result<unknown>) => (result.ok ? 'no problem' : formatProblems(result.problems));

test('a request holds the spec, the environment, the image and the model of a service', async () => {
  await write(FILES);
  expect(await load({ dryRun: true })).toMatchObject({
    ok: true,
    value: {
      service: 'churn',
      environment: { name: 'local', context: 'modelyard', namespace: 'acme', delivery: 'load' },
      kubeconfigs: [join('/home/ada', '.kube', 'config')],
      spec: { deploy: { replicas: 1 } },
      image: { ref: 'churn:1a2b3c', id: 'sha256:4a5b' },
      modelLock: { modelSha: 'feed' },
      dryRun: true,
      yes: false,
    },
  });
});

test('the spec is the one of the environment asked for, and its kubeconfig is below the workspace', async () => {
  await write(FILES);
  const environment = { name: 'production', protected: true, kubeconfig: join(root, 'secrets/prod.yaml') };
  expect(await load({ environment: 'production' })).toMatchObject({ ok: true, value: { spec: { deploy: { replicas: 3 } }, environment } });
});

test('a service that was never built has no image', async () => {
  await write({ ...FILES, 'services/churn/dist/image.json': '' });
  await rm(join(root, 'services/churn/dist/image.json'));
  expect(problems(await load())).toBe(
    'missing-image  services/churn/dist/image.json: churn has no image yet\n' +
      '          build one with "npx nx run churn:docker-build", or pass --image <ref>',
  );
  expect(await load({ image: 'churn:given' })).toMatchObject({ ok: true, value: { image: { ref: 'churn:given' } } });
});

test('an image that is named by nothing is not the last one built', async () => {
  await write(FILES);
  expect(problems(await load({ image: '' }))).toBe(
    'bad-image-ref  --image: it is empty, and names no image\n          name one, or leave --image out to take the last one built',
  );
});

test('a service that was never trained here has no model lock, which is no problem', async () => {
  await write(FILES);
  await rm(join(root, 'services/churn/models/model.lock.json'));
  const result = await load();
  expect(result.ok && result.value.modelLock).toBeUndefined();
});

test('the faults of all files are told together', async () => {
  await write({
    ...FILES,
    'modelyard.yaml': 'environments: [\n',
    'services/churn/model-service.yaml': specText().replace('python', 'pyhton'),
  });
  expect(problems(await load())).toContain('broken-yaml  modelyard.yaml:2:1: ');
  expect(problems(await load())).toContain('unknown-key  services/churn/model-service.yaml:');
});

test('a folder without its files says which ones are missing', async () => {
  expect(problems(await load())).toBe(
    'missing-file  modelyard.yaml: there is no such file\n' +
      '          run this inside a workspace; "npm create modelyard" makes one\n\n' +
      'missing-file  services/churn/model-service.yaml: there is no such file\n' +
      '          name the folder of a service',
  );
});

test('an unknown environment is told with the nearest one', async () => {
  await write(FILES);
  expect(problems(await load({ environment: 'prodction' }))).toBe(
    'unknown-environment  modelyard.yaml: there is no environment "prodction"\n' +
      '          did you mean "production"? known: local, production',
  );
});

test('kubeconfig files are those that kubectl reads', () => {
  expect(kubeconfigFiles({ KUBECONFIG: ['a', 'b'].join(delimiter), HOME: '/home/ada' })).toEqual(['a', 'b']);
  expect(kubeconfigFiles({ USERPROFILE: 'C:\\Users\\ada' })).toEqual([join('C:\\Users\\ada', '.kube', 'config')]);
});
