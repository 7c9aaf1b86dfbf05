import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { DeployRequest } from '../deploy-request.ts';

const ROOT = join(import.meta.dirname, '../../../..');
const ALIAS = {
  '@modelyard/core': join(ROOT, 'packages/core/src/index.ts'),
  '@modelyard/image': join(ROOT, 'tools/image/src/index.ts'),
};

/** A program of a deploy in one file, which starts in a tenth of the time that its sources take. */
export interface DeployProgram {
  start(request: DeployRequest, leaseSeconds: number): DeployChild;
  /** Ends what still runs of it. */
  remove(): Promise<void>;
}

/** A deploy that runs in a process of its own. */
export interface DeployChild {
  readonly process: ChildProcess;
  /** Types of the events so far. */
  readonly events: readonly string[];
  /** Resolves when so many events were heard, and when the process has ended. */
  heard(events: number): Promise<void>;
  readonly ended: Promise<number | null>;
}

/** Bundles the program; the bundler is the one that the test runner brings along. */
export async function bundleDeploy(): Promise<DeployProgram> {
  const folder = await mkdtemp(join(tmpdir(), 'modelyard-child-'));
  const vite = createRequire(createRequire(import.meta.url).resolve('vitest/package.json')).resolve('vite');
  const { rolldown } = (await import(createRequire(vite).resolve('rolldown'))) as typeof import('rolldown');
  const bundle = await rolldown({
    input: join(import.meta.dirname, 'deploy-child.ts'),
    platform: 'node',
    resolve: { alias: ALIAS },
    logLevel: 'silent',
  });
  const file = join(folder, 'deploy.mjs');
  await bundle.write({ file, format: 'esm', codeSplitting: false });
  await bundle.close();
  const env = { ...process.env, NODE_COMPILE_CACHE: join(folder, 'cache') };
  const children: DeployChild[] = [];
  return {
    start: (request, leaseSeconds) => {
      const child = startChild(file, env, JSON.stringify({ request, leaseSeconds }));
      children.push(child);
      return child;
    },
    remove: async () => {
      for (const child of children) child.process.kill('SIGKILL');
      await Promise.all(children.map((child) => child.ended));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function startChild(file: string, env: NodeJS.ProcessEnv, argument: string): DeployChild {
  const child = spawn(process.execPath, [file, argument], { stdio: ['ignore', 'pipe', 'inherit'], env });
  const events: string[] = [];
  let hasEnded = false;
  let bell = Promise.withResolvers<void>();
  const ring = (): void => {
    bell.resolve();
    bell = Promise.withResolvers<void>();
  };
  createInterface(child.stdout).on('line', (line) => {
    events.push(line);
    ring();
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)));
  void ended.then(() => {
    hasEnded = true;
    ring();
  });
  const heard = async (count: number): Promise<void> => {
    while (events.length < count && !hasEnded) await bell.promise;
  };
  return { process: child, events, heard, ended };
}
