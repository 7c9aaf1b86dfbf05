import { existsSync } from 'node:fs';
import { nodeVersionProblem, WORKSPACE_FILE } from '@modelyard/core';
import { kubeconfigFiles } from '@modelyard/deploy';
import { findEngine } from '@modelyard/image';
import { runProcess } from '@modelyard/python';
import type { Command } from 'commander';
import type { Finish } from './finish.ts';
import { findWorkspace } from './services.ts';
import { inSession, type Session } from './session.ts';

/** One thing that some command needs. */
interface Check {
  readonly title: string;
  readonly isThere: boolean;
  /** What it is, or how to get it. */
  readonly note: string;
}

/** Adds `doctor`. */
export function addDoctorCommand(program: Command, finish: Finish): void {
  program
    .command('doctor')
    .description('says what this machine has and lacks, and what for')
    .action(async () => finish(await inSession('text', doctor)));
}

async function doctor(session: Session): Promise<void> {
  const checks = [workspaceCheck(session), nodeCheck(), await uvCheck(session), await engineCheck(session), kubeconfigCheck(session)];
  for (const check of checks) session.terminal.print(`${check.isThere ? 'ok     ' : 'missing'}  ${check.title}: ${check.note}`);
}

function workspaceCheck(session: Session): Check {
  try {
    return { title: 'workspace', isThere: true, note: findWorkspace(session.cwd) };
  } catch {
    return {
      title: 'workspace',
      isThere: false,
      note: `no ${WORKSPACE_FILE} here or above; "npm create modelyard@latest" makes a workspace`,
    };
  }
}

function nodeCheck(): Check {
  const old = nodeVersionProblem(process.versions.node, 'modelyard');
  return { title: 'Node.js', isThere: !old, note: old ? `${process.version}; ${old.remedy}` : process.version };
}

async function uvCheck({ cwd, terminal }: Session): Promise<Check> {
  const { code, output } = await runProcess({ command: 'uv', args: ['--version'], cwd, env: terminal.env, output: 'capture' });
  const note = code === 0 ? output.trim() : 'not on PATH; setup installs one into the workspace, with pip';
  return { title: 'uv (environments and locks)', isThere: code === 0, note };
}

async function engineCheck({ terminal }: Session): Promise<Check> {
  const engine = await findEngine(terminal.env);
  const note = engine.ok
    ? `Docker ${engine.value.serverVersion} at ${engine.value.host}`
    : engine.problems.map((problem) => problem.remedy).join('; ');
  return { title: 'Docker engine (images)', isThere: engine.ok, note };
}

function kubeconfigCheck({ terminal }: Session): Check {
  const found = kubeconfigFiles(terminal.env).filter((file) => existsSync(file));
  const note = found.length > 0 ? found.join(', ') : 'none; "npx modelyard cluster up" makes a cluster on this machine and its context';
  return { title: 'kubeconfig (deploy)', isThere: found.length > 0, note };
}
