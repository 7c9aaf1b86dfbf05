import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { unwrap } from '@modelyard/core';
import { diskSink, scaffoldService, scaffoldWorkspace, type WorkspaceSink } from '@modelyard/standards';
import { parseModelServiceAnswers, parseWorkspaceAnswers } from '@modelyard/templates';
import { createTree } from '@nx/devkit/testing';
import { create as createMemFs } from 'mem-fs';
import { create as createEditor } from 'mem-fs-editor';
import { afterAll, expect, test } from 'vitest';
import { memFsSink } from '../../../generators/src/mem-fs-sink.ts';
import { treeSink } from '../../../packages/nx/src/generators/tree-sink.ts';

const root = mkdtempSync(join(tmpdir(), 'modelyard-sinks-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function scaffoldInto(sink: WorkspaceSink): void {
  scaffoldWorkspace(sink, unwrap(parseWorkspaceAnswers({ name: 'acme-ml' }, 'test')));
  scaffoldService(sink, 'services/churn', unwrap(parseModelServiceAnswers({ name: 'churn', gpus: 1 }, 'test')));
}

function filesOnDisk(folder: string): Map<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).sort();
  return new Map(paths.map((path) => [relative(folder, path).split(sep).join('/'), readFileSync(path).toString('hex')]));
}

test('an Nx Tree, mem-fs and the disk are given equal bytes', async () => {
  scaffoldInto(diskSink(join(root, 'disk')));
  const onDisk = filesOnDisk(join(root, 'disk'));

  const tree = createTree();
  scaffoldInto(treeSink(tree));
  const inTree = new Map([...onDisk.keys()].map((path) => [path, tree.read(path)?.toString('hex')]));

  const editor = createEditor(createMemFs() as never);
  scaffoldInto(memFsSink(editor as never, join(root, 'mem-fs')));
  await editor.commit();

  expect(onDisk.size).toBeGreaterThan(40);
  expect(inTree).toEqual(onDisk);
  expect(filesOnDisk(join(root, 'mem-fs'))).toEqual(onDisk);
});

test('the same answers give the same bytes twice', () => {
  scaffoldInto(diskSink(join(root, 'first')));
  scaffoldInto(diskSink(join(root, 'second')));
  expect(filesOnDisk(join(root, 'second'))).toEqual(filesOnDisk(join(root, 'first')));
});

test('running it again keeps a seeded file that the user changed', () => {
  const sink = diskSink(join(root, 'again'));
  scaffoldInto(sink);
  sink.write('services/churn/README.md', 'mine\n', 0o644);
  scaffoldInto(sink);
  expect(sink.read('services/churn/README.md')).toBe('mine\n');
});
