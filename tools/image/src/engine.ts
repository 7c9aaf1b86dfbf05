import { fail, type Problem, ProblemError, type Result, succeed } from '@modelyard/core';
import { type CommandOutcome, type LineLog, runCommand, type StreamOutcome, streamCommand } from './command.ts';
import { dockerCandidates } from './docker-path.ts';
import { noBuildKit, noDockerCli, noDockerEngine } from './engine-problems.ts';
import type { Environment } from './environment.ts';

/** A Docker engine that answers, with a CLI that can build with BuildKit. */
export interface DockerEngine {
  /** Full path of the docker CLI. */
  readonly cli: string;
  /** How BuildKit is reached: the buildx plugin, or inside a CLI before 23. */
  readonly builder: 'buildx' | 'builtin';
  /** Address of the engine: `unix:///var/run/docker.sock`. */
  readonly host: string;
  readonly serverVersion: string;
  /** The environment every docker command gets. */
  readonly env: Environment;
}

/** The first CLI major that can no longer build with BuildKit without the buildx plugin. */
const FIRST_MAJOR_NEEDING_BUILDX = 23;
const ANSWER_SECONDS = 20;

interface Probe {
  readonly cli: string;
  readonly host: string;
  readonly clientVersion: string;
  readonly serverVersion: string | null;
  readonly complaint: string;
}

/** Finds a docker CLI on PATH that reaches an engine (DOCKER_HOST, docker context, default socket) and builds with BuildKit. */
export async function findEngine(env: Environment): Promise<Result<DockerEngine>> {
  const candidates = await dockerCandidates(env);
  const answering: Probe[] = [];
  let silent: Probe | undefined;
  for (const cli of candidates) {
    const probe = await probeEngine(cli, env);
    if (probe.serverVersion === null) {
      silent ??= probe;
      continue;
    }
    const builder = await findBuilder(probe, env);
    if (builder !== null) return succeed({ cli, builder, host: probe.host, serverVersion: probe.serverVersion, env });
    answering.push(probe);
  }
  if (answering[0] !== undefined) return fail(noBuildKit(answering.map((probe) => ({ cli: probe.cli, version: probe.clientVersion }))));
  return fail(silent === undefined ? noDockerCli() : noDockerEngine(silent.host, silent.complaint));
}

/** Runs one docker command to its end; a failing command is an outcome, not an exception. */
export function runDocker(engine: DockerEngine, args: readonly string[], timeoutSeconds?: number): Promise<CommandOutcome> {
  return runCommand(engine.cli, args, { env: engine.env, ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }) });
}

/** Runs one docker command and passes its output on line by line. */
export function streamDocker(engine: DockerEngine, args: readonly string[], log: LineLog): Promise<StreamOutcome> {
  return streamCommand(engine.cli, args, { env: engine.env, log });
}

/** Standard output of a docker command that has to succeed; throws the given problem, with docker's words as details. */
export async function expectDocker(engine: DockerEngine, args: readonly string[], problem: Omit<Problem, 'details'>): Promise<string> {
  const outcome = await runDocker(engine, args);
  if (outcome.exitCode === 0) return outcome.stdout;
  throw new ProblemError([{ ...problem, details: lastLines(outcome.stderr) }]);
}

async function probeEngine(cli: string, env: Environment): Promise<Probe> {
  const outcome = await runCommand(cli, ['version', '--format', '{{json .}}'], { env, timeoutSeconds: ANSWER_SECONDS });
  const versions = parseVersions(outcome.stdout);
  const complaint = lastLines(outcome.stderr).at(-1) ?? `no answer within ${ANSWER_SECONDS} s`;
  return { cli, host: await engineHost(cli, env), ...versions, complaint };
}

function parseVersions(stdout: string): { clientVersion: string; serverVersion: string | null } {
  try {
    const parsed = JSON.parse(stdout) as { Client?: { Version?: string }; Server?: { Version?: string } | null };
    return { clientVersion: parsed.Client?.Version ?? '', serverVersion: parsed.Server?.Version ?? null };
  } catch {
    return { clientVersion: '', serverVersion: null };
  }
}

async function engineHost(cli: string, env: Environment): Promise<string> {
  if (env.DOCKER_HOST) return env.DOCKER_HOST;
  const format = '{{.Endpoints.docker.Host}}';
  const outcome = await runCommand(cli, ['context', 'inspect', '--format', format], { env, timeoutSeconds: ANSWER_SECONDS });
  return outcome.exitCode === 0 ? outcome.stdout.trim() : 'docker';
}

async function findBuilder(probe: Probe, env: Environment): Promise<DockerEngine['builder'] | null> {
  const buildx = await runCommand(probe.cli, ['buildx', 'version'], { env, timeoutSeconds: ANSWER_SECONDS });
  if (buildx.exitCode === 0) return 'buildx';
  const major = Number.parseInt(probe.clientVersion, 10);
  return major < FIRST_MAJOR_NEEDING_BUILDX ? 'builtin' : null;
}

const lastLines = (text: string): string[] =>
  text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .slice(-20);
