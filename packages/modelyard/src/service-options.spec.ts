import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatProblems, type Problem, ProblemError } from '@modelyard/core';
import { expect, test } from 'vitest';
import { promotionsFor, requestsFor, targetsFor } from './service-options.ts';

const SPEC = 'python: "3.11"\nframework: sklearn\nmodel: { path: models/model.pkl }\n';
const WORKSPACE =
  'environments:\n  staging: { context: c, namespace: ml }\n  production: { context: c, namespace: ml }\ndefaultEnvironment: staging\n';

const named = (name: string, spec = SPEC): string => `name: ${name}\n${spec}`;
const sessionIn = (cwd: string) => {
  const terminal = { env: {}, output: 'text', colours: false, signal: new AbortController().signal, print: () => undefined } as const;
  return { cwd, terminal };
};

/** Uses a workspace with a spec in each folder. */
async function withServices(specs: Readonly<Record<string, string>>, use: (workspace: string) => Promise<void>): Promise<void> {
  const workspace = await mkdtemp(join(tmpdir(), 'modelyard-options-'));
  try {
    await writeFile(join(workspace, 'modelyard.yaml'), WORKSPACE);
    for (const [folder, spec] of Object.entries(specs)) {
      await mkdir(join(workspace, folder), { recursive: true });
      await writeFile(join(workspace, folder, 'model-service.yaml'), spec);
    }
    await use(workspace);
  } finally {
    await rm(workspace, { recursive: true });
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
  const specs = {
    churn: named('churn', SPEC.replace('3.11', '2.7')),
    fraud: named('fraud', `${SPEC}serve: { prot: 1 }\n`),
    risk: named('risk'),
    wine: named('wine'),
  };
  await withServices(specs, async (workspace) => {
    const asked = async (load: typeof targetsFor | typeof requestsFor | typeof promotionsFor, options: object) => {
      const problems = await problemsOf(load([], { all: true, ...options }, sessionIn(workspace)));
      return problems.map(({ code, where }) => `${code} ${where.split(':')[0]}`);
    };
    const broken = ['bad-value churn/model-service.yaml', 'unknown-key fraud/model-service.yaml'];
    expect(await asked(targetsFor, {})).toEqual(broken);
    expect(await asked(requestsFor, {})).toEqual([...broken, 'missing-image risk/dist/image.json', 'missing-image wine/dist/image.json']);
    expect(await asked(promotionsFor, { from: 'staging', to: 'production' })).toEqual(broken);
    expect(await asked(targetsFor, { environment: 'nowhere' })).toEqual([...broken, 'unknown-environment modelyard.yaml']);
  });
});

test('a name that several folders bear is refused where it is asked for', async () => {
  const specs = {
    'services/churn': named('churn'),
    'services/copy': named('churn'),
    '.worktree/churn': named('churn'),
    fraud: named('fraud'),
  };
  await withServices(specs, async (workspace) => {
    const refused = await problemsOf(targetsFor(['fraud', 'churn'], {}, sessionIn(workspace)));
    expect(formatProblems(refused)).toBe(
      'double-service  services/churn/model-service.yaml, services/copy/model-service.yaml: they all name their service "churn", and one would be deployed over the other\n' +
        '          give each a name of its own',
    );
    expect(await problemsOf(targetsFor([], { all: true }, sessionIn(workspace)))).toEqual(refused);
    expect((await targetsFor(['fraud'], {}, sessionIn(workspace))).map(({ service }) => service)).toEqual(['fraud']);
  });
});
