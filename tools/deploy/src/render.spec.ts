import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { renderYaml } from './render.ts';

/** What a source file imports when it is loaded; `import()` and types are left out. */
function loadedImports(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  const statements = text.matchAll(/^(?:import|export)\s(?!type\s)(?:[^;'"]*\sfrom\s)?'([^']+)'/gm);
  return [...statements].map((match) => match[1] as string);
}

/** The libraries that loading a file loads, through our own files. */
function librariesOf(file: string, seen = new Set<string>()): Set<string> {
  const libraries = new Set<string>();
  if (seen.has(file)) return libraries;
  seen.add(file);
  for (const name of loadedImports(file)) {
    if (!name.startsWith('.')) libraries.add(name);
    else for (const library of librariesOf(join(dirname(file), name), seen)) libraries.add(library);
  }
  return libraries;
}

const source = (file: string): string => {
  const path = join(import.meta.dirname, file);
  expect(existsSync(path)).toBe(true);
  return path;
};

test('rendering loads neither the Kubernetes client nor an HTTP client', () => {
  expect([...librariesOf(source('render.ts'))].sort()).toEqual(['@modelyard/core', 'node:crypto', 'yaml']);
});

test('loading the package loads neither of them: one comes with the first connection, the other with a credential plugin', () => {
  expect([...librariesOf(source('index.ts'))]).not.toEqual(expect.arrayContaining(['@kubernetes/client-node']));
  const connecting = [...librariesOf(source('cluster/connect.ts'))];
  expect(connecting).toContain('node:https');
  expect(connecting).not.toContain('@kubernetes/client-node');
  expect(connecting).not.toContain('https-proxy-agent');
  expect([...librariesOf(source('cluster/login-plugins.ts'))]).toContain('@kubernetes/client-node');
});

test('strings that YAML 1.1 takes for something else are quoted', () => {
  expect(
    renderYaml([
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'n' }, data: { on: 'yes', tall: '1e3', odd: '4.E__4', no_: '250m' } },
    ]),
  ).toBe(
    '---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: "n"\ndata:\n  "on": "yes"\n  tall: "1e3"\n  odd: "4.E__4"\n  no_: 250m\n',
  );
});
