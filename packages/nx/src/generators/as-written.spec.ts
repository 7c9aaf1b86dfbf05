import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { asWritten } from './as-written.ts';

interface Property {
  readonly type: string;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly { readonly type: string }[];
  readonly items?: Property;
}

const { properties } = JSON.parse(readFileSync(join(import.meta.dirname, 'model-service/schema.json'), 'utf8')) as {
  properties: Record<string, Property>;
};

test('versions that Nx took for numbers are read as they were typed', () => {
  const argv = ['g', 'model-service', 'vision', '--python=3.10', '--cuda', '13.0', '--framework-version=2.10', '--minDriver=580.0'];
  expect(asWritten({ python: 3.1, cuda: 13, frameworkVersion: 2.1, minDriver: 580 }, argv)).toEqual({
    python: '3.10',
    cuda: '13.0',
    frameworkVersion: '2.10',
    minDriver: '580.0',
  });
});

test('columns that are numbers in another writing are read as they were typed, each by itself', () => {
  expect(asWritten({ target: 1000, exclude: [16, 1, 'id'] }, ['--target=1e3', '--exclude=0x10', '--exclude=1.0', '--exclude=id'])).toEqual({
    target: '1e3',
    exclude: ['0x10', '1.0', 'id'],
  });
});

test('a number that was not typed, as in nx.json, gets its shortest text; numbers and truth values stay what they are', () => {
  expect(asWritten({ name: 2020, python: 3.12, port: 9000, gpus: 1, lesson: true }, ['--cuda=12.6', '--python='])).toEqual({
    name: '2020',
    python: '3.12',
    port: 9000,
    gpus: 1,
    lesson: true,
  });
});

test('Nx lets a number through wherever a text may look like one, and numbers alone are numbers to the generator', () => {
  const mayBeNumber = ({ type, enum: words = [], items }: Property): boolean =>
    items ? mayBeNumber(items) : type === 'string' && words.every((word) => Number(word) > 0);
  const isLetThrough = ({ anyOf, items }: Property): boolean =>
    items ? isLetThrough(items) : (anyOf?.some(({ type }) => type === 'number') ?? false);
  const all = Object.entries(properties);
  expect(all.filter(([, one]) => mayBeNumber(one) !== isLetThrough(one)).map(([name]) => name)).toEqual([]);
  const kept = all.filter(([name]) => typeof asWritten<Record<string, unknown>>({ [name]: 7 }, [])[name] === 'number');
  expect(kept.map(([name]) => name)).toEqual(all.filter(([, { type }]) => type === 'number').map(([name]) => name));
});
