import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Problem, ProblemError } from '@modelyard/core';
import { type BuildSecret, requireSecretFiles, secretArgument } from './build-secrets.ts';
import { type LineLog, streamCommand } from './command.ts';
import { type DockerEngine, expectDocker } from './engine.ts';
import type { Environment } from './environment.ts';
import type { GitState } from './git-state.ts';
import type { ImageRecord } from './image-record.ts';
import { imageRef } from './image-ref.ts';

/** An image to build, and the state of the sources it is built from. */
export interface BuildRequest {
  /** The folder sent to the engine. */
  readonly context: string;
  /** Left out: the Dockerfile of the context. */
  readonly dockerfile?: string;
  readonly name: string;
  /** Prefix of the reference: `ghcr.io/acme`. */
  readonly registry?: string;
  readonly revision: GitState;
  readonly buildArgs?: Readonly<Record<string, string>>;
  readonly secrets?: readonly BuildSecret[];
  readonly labels?: Readonly<Record<string, string>>;
}

/** Builds an image, labels it with its commit and tags it by the rule of `imageRef`; throws with the log's end when it fails. */
export async function buildImage(engine: DockerEngine, request: BuildRequest, log: LineLog): Promise<ImageRecord> {
  await requireSecretFiles(request.secrets ?? []);
  const { commit, dirty } = request.revision;
  const id = await runBuild(engine, request, log);
  const ref = imageRef(request.registry, request.name, commit, dirty, id);
  const what = `the image ${id} cannot be tagged`;
  await expectDocker(engine, ['tag', id, ref], { code: 'bad-image-ref', where: ref, what, remedy: 'check "registry" in modelyard.yaml' });
  return { ref, id, commit, dirty };
}

/** Arguments of `docker build`. A value that docker finds in its own environment is left off the command line, where others could read it. */
export function buildArguments(engine: Pick<DockerEngine, 'builder' | 'env'>, request: BuildRequest, idFile: string): string[] {
  const args = Object.entries(request.buildArgs ?? {}).map(([name, value]) => (engine.env[name] === value ? name : `${name}=${value}`));
  const labels = { ...revisionLabels(request), ...request.labels };
  return [
    'build',
    '--progress=plain',
    ...(engine.builder === 'buildx' ? ['--load'] : []),
    ...['--iidfile', idFile],
    ...(request.dockerfile === undefined ? [] : ['--file', request.dockerfile]),
    ...args.flatMap((arg) => ['--build-arg', arg]),
    ...(request.secrets ?? []).flatMap((secret) => ['--secret', secretArgument(secret)]),
    ...Object.entries(labels).flatMap(([name, value]) => ['--label', `${name}=${value}`]),
    request.context,
  ];
}

/** OCI labels that trace an image to its sources. Times come from the commit, so the same sources give the same labels. */
export function revisionLabels(request: Pick<BuildRequest, 'name' | 'revision'>): Record<string, string> {
  const { commit, dirty, committedAt, remote } = request.revision;
  const prefix = 'org.opencontainers.image';
  return {
    [`${prefix}.title`]: request.name,
    ...(commit === null ? {} : { [`${prefix}.revision`]: dirty ? `${commit}-dirty` : commit }),
    ...(committedAt === null ? {} : { [`${prefix}.created`]: committedAt }),
    ...(remote === null ? {} : { [`${prefix}.source`]: remote }),
  };
}

async function runBuild(engine: DockerEngine, request: BuildRequest, log: LineLog): Promise<string> {
  const scratch = await mkdtemp(join(tmpdir(), 'modelyard-build-'));
  try {
    const idFile = join(scratch, 'image-id');
    const env: Environment = { ...engine.env, DOCKER_BUILDKIT: '1' };
    const outcome = await streamCommand(engine.cli, buildArguments(engine, request, idFile), { env, log });
    if (outcome.exitCode !== 0) throw new ProblemError([buildFailed(request, outcome)]);
    return (await readFile(idFile, 'utf8')).trim();
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

const buildFailed = (request: BuildRequest, outcome: { exitCode: number | null; tail: readonly string[] }): Problem => ({
  code: 'build-failed',
  where: request.dockerfile ?? join(request.context, 'Dockerfile'),
  what: `docker build of ${request.name} ended with ${outcome.exitCode === null ? 'no exit code' : `exit code ${outcome.exitCode}`}`,
  remedy: 'mend the step that failed; the last lines of the build follow',
  details: outcome.tail,
});
