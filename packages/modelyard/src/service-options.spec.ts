import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Problem, ProblemError } from '@modelyard/core';
import { expect, test } from 'vitest';
import { promotionsFor, requestsFor, targetsFor } from './service-options.ts';

const SPEC = 'python: "3.11"\nframework: sklearn\nmodel: { path: models/model.pkl }\n';
const WORKSPACE =
  'environments:\n  staging: { context: c, namespace: ml }\n  production: { context: c, namespace: ml }\ndefaultEnvironment: staging\n';

/** Uses a workspace of services, whose specs are given without their names. */
async function withServices(specs: Readonly<Record<string, string>>, use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'modelyard-options-'));
  try {
    await writeFile(join(folder, 'modelyard.yaml'), WORKSPACE);
    for (const [name, spec] of Object.entries(specs)) {
      await mkdir(join(folder, name));
      await writeFile(join(folder, name, 'model-service.yaml'), `name: ${name}\n${spec}`);
    }
    await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function problemsOf(action: Promise<unknown>): Promise<readonly Problem[]> {
  const error = await action.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof ProblemError) return error.problems;
  throw error;
}

test('the problems of all services are told together, and one that they share once', async () => {
  const specs = { churn: SPEC.replace('3.11', '2.7'), fraud: `${SPEC}serve: { prot: 1 }\n`, risk: SPEC, wine: SPEC };
  await withServices(specs, async (cwd) => {
    const session = {
      cwd,
      terminal: { env: {}, output: 'text', colours: false, signal: new AbortController().signal, print: () => undefined },
    } as const;
    const asked = async (load: typeof targetsFor | typeof requestsFor | typeof promotionsFor, options: object) =>
      (await problemsOf(load([], { all: true, ...options }, session))).map(({ code, where }) => `${code} ${where.split(':')[0]}`);
    const broken = ['bad-value churn/model-service.yaml', 'unknown-key fraud/model-service.yaml'];
    expect(await asked(targetsFor, {})).toEqual(broken);
    expect(await asked(requestsFor, {})).toEqual([...broken, 'missing-image risk/dist/image.json', 'missing-image wine/dist/image.json']);
    expect(await asked(promotionsFor, { from: 'staging', to: 'production' })).toEqual(broken);
    expect(await asked(targetsFor, { environment: 'nowhere' })).toEqual([...broken, 'unknown-environment modelyard.yaml']);
  });
});
