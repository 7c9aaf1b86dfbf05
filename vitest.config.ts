import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

// Tests read the sources, not dist: each package's name leads to its src/index.ts.
const folders = ['packages', 'tools'].flatMap((parent) => readdirSync(parent).map((name) => join(parent, name))).concat('generators');
const alias = folders.map((folder) => {
  const { name } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name: string };
  return { find: new RegExp(`^${name}$`), replacement: join(import.meta.dirname, folder, 'src/index.ts') };
});
const subpaths = [
  { find: /^@modelyard\/deploy\/render$/, replacement: join(import.meta.dirname, 'tools/deploy/src/render.ts') },
  { find: /^@modelyard\/deploy\/events$/, replacement: join(import.meta.dirname, 'tools/deploy/src/report/json-schema.ts') },
];

const sources = '{packages,tools}/*/src/**';
const own = ['**/*.api.spec.ts', '**/*.engine.spec.ts', '**/node_modules/**', '**/dist/**'];

export default defineConfig({
  resolve: { alias: [...alias, ...subpaths] },
  test: {
    // Two busy cores answer late; a poll that holds is over at once.
    expect: { poll: { timeout: 20_000 } },
    projects: [
      {
        extends: true,
        // Random specs on two busy cores take their time; nothing here waits for a clock.
        test: { name: 'unit', testTimeout: 60_000, include: [`${sources}/*.spec.ts`, 'generators/src/**/*.spec.ts'], exclude: own },
      },
      {
        extends: true,
        test: {
          name: 'api',
          include: [`${sources}/*.api.spec.ts`],
          exclude: ['**/node_modules/**', '**/dist/**'],
          globalSetup: ['tools/cluster/src/test-setup.ts'],
          testTimeout: 120_000,
          // Concurrent tests wait for retries and rollouts most of the time.
          maxConcurrency: 16,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['tools/e2e/src/**/*.e2e.ts', `${sources}/*.engine.spec.ts`],
          exclude: ['**/node_modules/**', '**/dist/**'],
          globalSetup: ['tools/e2e/src/machine-setup.ts'],
          testTimeout: 1_200_000,
          hookTimeout: 1_800_000,
          fileParallelism: false,
          sequence: { concurrent: false },
        },
      },
    ],
  },
});
