import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockArguments } from './lock-requirements.ts';
import { type SharedPackage, vendorWheels } from './shared-packages.ts';
import type { ServiceFolder } from './uv-run.ts';

let root: string;
let churn: ServiceFolder;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'modelyard-vendor-'));
  churn = { name: 'churn', directory: join(root, 'services/churn'), python: '3.11' };
  mkdirSync(churn.directory, { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A shared package with a wheel that holds the text. */
function lib(name: string, wheel = `${name}-0.1.0-py3-none-any.whl`, text = 'zip'): SharedPackage {
  const directory = join(root, 'libs', name);
  rmSync(join(directory, 'dist'), { recursive: true, force: true });
  mkdirSync(join(directory, 'dist'), { recursive: true });
  writeFileSync(join(directory, 'dist', wheel), text);
  return { project: name, name, directory };
}

const vendored = () => readdirSync(join(churn.directory, 'vendor')).sort();

test('vendor/ holds the wheels of exactly the packages that are used; other files stay', () => {
  vendorWheels(churn, [lib('features'), lib('calendar')]);
  writeFileSync(join(churn.directory, 'vendor/README.md'), '');
  expect(vendored()).toEqual(['README.md', 'calendar-0.1.0-py3-none-any.whl', 'features-0.1.0-py3-none-any.whl']);
  vendorWheels(churn, [lib('features', 'features-0.2.0-py3-none-any.whl')]);
  expect(vendored()).toEqual(['README.md', 'features-0.2.0-py3-none-any.whl']);
});

test('a wheel with the same bytes is not written again, so that the layers of the image stay', () => {
  vendorWheels(churn, [lib('features')]);
  const copy = join(churn.directory, 'vendor/features-0.1.0-py3-none-any.whl');
  utimesSync(copy, 1, 1);
  vendorWheels(churn, [lib('features')]);
  expect(statSync(copy).mtimeMs).toBe(1000);
  vendorWheels(churn, [lib('features', undefined, 'zip of a later source')]);
  expect(statSync(copy).mtimeMs).toBeGreaterThan(1000);
});

test('a package without a wheel is a problem that says how to build it', () => {
  const features = lib('features');
  rmSync(join(features.directory, 'dist'), { recursive: true });
  expect(() => vendorWheels(churn, [features])).toThrow(`no-wheel  features: its dist/ holds no wheel
          build it: npx nx run features:build`);
});

test('a lock takes what the shared packages need, and leaves them out themselves', () => {
  writeFileSync(join(churn.directory, 'requirements.in'), '');
  const args = lockArguments(churn, 'requirements.in', 'requirements.txt', { upgrade: false, shared: [lib('features')] });
  expect(args.slice(args.indexOf('--no-emit-package'))).toEqual([
    '--no-emit-package',
    'features',
    '--custom-compile-command',
    'npx nx run churn:lock',
    'requirements.in',
    '../../libs/features/pyproject.toml',
    '--output-file',
    'requirements.txt',
  ]);
});

test('a shared package has no requirements.in: its own pyproject.toml is locked with its development tools', () => {
  const { directory } = lib('features');
  const args = lockArguments({ ...churn, directory }, 'requirements-dev.in', 'requirements-dev.txt', { upgrade: true, shared: [] });
  expect(args).toContain('--upgrade');
  expect(args.slice(-4)).toEqual(['requirements-dev.in', 'pyproject.toml', '--output-file', 'requirements-dev.txt']);
});
