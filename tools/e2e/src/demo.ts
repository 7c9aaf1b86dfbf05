import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatBug, formatProblems, ProblemError } from '@modelyard/core';
import { deployAndPredict, generateAndBuild } from './journey.ts';
import { prepareMachine } from './prepare-machine.ts';
import { Shell, StepFailed } from './shell.ts';
import { createWorkspace } from './workspace.ts';

const HELP = `npm run demo [-- --keep]

Packs the packages, makes a workspace from them in a fresh folder, and takes one model service all the way: train, test, image,
Kubernetes on this machine, rollout, prediction. Needs Debian 12 and root; installs Debian packages that are missing.

  --keep   leave the folder, the engine and the cluster as they are`;

/** The whole journey, as a person would type it. */
async function demo(keep: boolean): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'modelyard-demo-'));
  const cleanUp: (() => Promise<unknown>)[] = [() => rm(directory, { recursive: true, force: true })];
  const end = async () => {
    if (keep) return console.log(`\nkept: ${directory}/acme-ml and the cluster; take the cluster down with "npx modelyard cluster down"`);
    for (const step of cleanUp.reverse()) await step();
  };
  const interrupted = () => void end().finally(() => process.exit(130));
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    const machine = await prepareMachine(process.env, (line) => console.log(line));
    cleanUp.push(() => machine.stop());
    const shell = new Shell(machine.env, (text) => process.stdout.write(text));
    const workspace = join(directory, 'acme-ml');
    await createWorkspace({ directory: workspace, pythonImage: machine.baseImage.pattern }, shell);
    await generateAndBuild(workspace, 'churn', shell);
    cleanUp.push(() => shell.attempt(workspace, 'npx', 'modelyard', 'cluster', 'down'));
    await deployAndPredict(workspace, 'churn', shell);
  } finally {
    await end();
  }
}

const args = process.argv.slice(2);
if (args.includes('--help') || args.includes('-h')) {
  console.log(HELP);
} else {
  await demo(args.includes('--keep')).catch((error: unknown) => {
    const text =
      error instanceof ProblemError ? formatProblems(error.problems) : error instanceof StepFailed ? error.message : formatBug(error);
    console.error(`\nthe demo stopped: ${text}`);
    process.exitCode = 1;
  });
}
