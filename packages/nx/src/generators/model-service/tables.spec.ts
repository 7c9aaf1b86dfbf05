import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logger, type Tree } from '@nx/devkit';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import { afterAll, beforeEach, expect, test, vi } from 'vitest';
import modelService from './generator.ts';

const root = mkdtempSync(join(tmpdir(), 'modelyard-generator-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let tree: Tree;

beforeEach(() => {
  tree = createTreeWithEmptyWorkspace({ formatter: 'none' });
  tree.write('modelyard.yaml', '');
});

const ROWS = Array.from({ length: 20 }, (_, row) => `${1000 + row},${row * 1.5},${row % 2 ? 'ja' : 'nein'}`);

/** A table on disk, as bytes or text. */
function table(name: string, content: string | Uint8Array): string {
  writeFileSync(join(root, name), content);
  return join(root, name);
}

const json = (path: string) => JSON.parse(tree.read(path, 'utf-8') ?? 'null') as Record<string, unknown>;

test('a table of a spreadsheet, with byte order mark and CRLF, becomes the data, the schema and the gate of the service', async () => {
  const data = table('bom.csv', `\uFEFFid,Größe,Kündigt\r\n${ROWS.join('\r\n')}\r\n`);
  await modelService(tree, { name: 'churn', data, target: 'Kündigt', exclude: ['id'] });
  expect(json('services/churn/src/data_schema.json')).toEqual({
    target: 'Kündigt',
    task: 'classification',
    features: [{ name: 'Größe', type: 'number', minimum: 0, example: 0 }],
  });
  expect(tree.read('services/churn/data/churn.csv', 'utf-8')).toBe(`id,Größe,Kündigt\n${ROWS.join('\n')}\n`);
  expect(tree.read('services/churn/model-service.yaml', 'utf-8')).toContain('evaluate:\n  metric: roc_auc\n');
  expect(tree.exists('services/churn/src/sample_data.py')).toBe(false);
});

test('a table that is not UTF-8 is refused, because letters would be lost', async () => {
  const data = table('latin1.csv', Buffer.from(`id,Größe,Kündigt\n${ROWS.join('\n')}\n`, 'latin1'));
  await expect(modelService(tree, { name: 'churn', data, target: 'Kündigt' })).rejects.toThrow(
    `bad-encoding  ${data}: it is not UTF-8
          save it as UTF-8: some of its letters would be lost`,
  );
});

test('a table in UTF-16 is refused as that, with and without its mark', async () => {
  const text = `size,y\n${ROWS.map((_, row) => `${row},${row % 2}`).join('\n')}\n`;
  const bare = table('utf16.csv', Buffer.from(text, 'utf16le'));
  await expect(modelService(tree, { name: 'churn', data: bare, target: 'y' })).rejects.toThrow(
    `bad-encoding  ${bare}: it holds NUL characters, as UTF-16 does
          save it as UTF-8`,
  );
  const marked = table('utf16-mark.csv', Buffer.from(`\uFEFF${text}`, 'utf16le'));
  await expect(modelService(tree, { name: 'churn', data: marked, target: 'y' })).rejects.toThrow(
    `bad-encoding  ${marked}: it is not UTF-8`,
  );
});

test('every problem of a table is shown, and nothing is written', async () => {
  const data = table(
    'bad.csv',
    `id,size,y\n${ROWS.map((row, index) => (index === 4 ? row.replace(/,[\d.]+,/, ',inf,') : row)).join('\n')}\n`,
  );
  await expect(modelService(tree, { name: 'churn', data, target: 'y' })).rejects.toThrow(
    `unusable-column  ${data}: column "id": it numbers the rows: a model would learn them by heart
          leave it out with --exclude=id, or turn it into numbers or fewer categories

not-finite  ${data}:6: column "size" is "inf" here, which no request can hold
          give a number, or leave the cell empty; or leave the column out: --exclude=size`,
  );
  expect(tree.exists('services/churn')).toBe(false);
});

test('a table without a target, and columns without a table, are refused', async () => {
  const data = table('fine.csv', `id,size,y\n${ROWS.join('\n')}\n`);
  await expect(modelService(tree, { name: 'churn', data })).rejects.toThrow(
    'no-target  nx g model-service: --data is given without --target',
  );
  await expect(modelService(tree, { name: 'churn', target: 'y', exclude: ['id'] })).rejects.toThrow(
    `no-table  nx g model-service: --target and --exclude are given without --data
          give --data the path of a CSV table with a header line`,
  );
});

test('a column that is called by a number, which Nx hands over as one, is a column', async () => {
  const data = table('years.csv', `2020,2021,2022\n${ROWS.map((_, row) => `${row},${row},${row % 2}`).join('\n')}\n`);
  const given = { name: 'churn', data, target: 2022, exclude: [2020] } as unknown as Parameters<typeof modelService>[1];
  await modelService(tree, given);
  expect(json('services/churn/src/data_schema.json')).toMatchObject({ target: '2022', features: [{ name: '2021' }] });
});

test('percentages that became a category are told once the service is there', async () => {
  const data = table('rates.csv', `rate,y\n${ROWS.map((_, row) => `${row % 4}%,${row % 2}`).join('\n')}\n`);
  const warn = vi.spyOn(logger, 'warn').mockImplementation(() => undefined);
  await (await modelService(tree, { name: 'churn', data, target: 'y' }))();
  expect(warn.mock.calls).toEqual([[expect.stringContaining('column "rate" is taken as a category of 4 texts, such as "0%"')]]);
});
