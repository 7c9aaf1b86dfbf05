import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diskSink, makeService } from '@modelyard/standards';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createEnv } from 'yeoman-environment';
import ModelServiceGenerator from './index.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'modelyard-yeoman-'));
  for (const folder of ['yeoman', 'other']) {
    mkdirSync(join(root, folder));
    writeFileSync(join(root, folder, 'modelyard.yaml'), 'environments: {}\n');
  }
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Runs the generator as `yo modelyard:model-service` would, in the yeoman folder. */
async function yo(name: string, options: object = {}): Promise<void> {
  const env = createEnv({ cwd: join(root, 'yeoman'), skipInstall: true } as never);
  env.register(ModelServiceGenerator as never, { namespace: 'modelyard:model-service', resolved: import.meta.filename } as never);
  await env.run(['modelyard:model-service', name], options as never);
}

const filesOf = (folder: string): [string, string][] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry): [string, string] => [
      join(entry.parentPath, entry.name),
      readFileSync(join(entry.parentPath, entry.name)).toString('hex'),
    ])
    .map(([path, bytes]): [string, string] => [path.slice(join(root, folder).length), bytes])
    .sort(([a], [b]) => (a < b ? -1 : 1));

test('Yeoman writes the files, the lock and the kept pack that every door writes', async () => {
  await yo('fraud', { framework: 'xgboost', port: 9000 });
  makeService(diskSink(join(root, 'other')), { name: 'fraud', framework: 'xgboost', port: 9000 } as never, 'test');
  expect(filesOf('yeoman')).toEqual(filesOf('other'));
  expect(filesOf('yeoman').length).toBeGreaterThan(40);
});

test('a folder that exists is refused and keeps its files', async () => {
  mkdirSync(join(root, 'yeoman/services/fraud'), { recursive: true });
  await expect(yo('fraud')).rejects.toThrow(
    `folder-exists  services/fraud: the folder for "fraud" exists already; nothing was written
          choose another name, or another folder with --directory`,
  );
  expect(filesOf('yeoman').map(([path]) => path)).toEqual(['/modelyard.yaml']);
});

test('outside a workspace nothing is written', async () => {
  rmSync(join(root, 'yeoman/modelyard.yaml'));
  await expect(yo('fraud')).rejects.toThrow('no-workspace  yo modelyard:model-service: there is no modelyard.yaml');
  expect(filesOf('yeoman')).toEqual([]);
});
