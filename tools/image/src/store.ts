import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ProblemError } from '@modelyard/core';
import type { LineLog } from './command.ts';
import { type DockerEngine, expectDocker, runDocker, streamDocker } from './engine.ts';

/** What the engine knows of an image. */
export interface ImageDetails {
  readonly id: string;
  readonly tags: readonly string[];
  /** `<registry>/<name>@sha256:…`, one for each registry it was pushed to or pulled from. */
  readonly digests: readonly string[];
  readonly sizeBytes: number;
  readonly user: string;
  readonly env: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly hasHealthcheck: boolean;
  readonly architecture: string;
}

interface RawImage {
  readonly Id: string;
  readonly RepoTags?: string[] | null;
  readonly RepoDigests?: string[] | null;
  readonly Size: number;
  readonly Architecture: string;
  readonly Config?: { User?: string; Env?: string[] | null; Labels?: Record<string, string> | null; Healthcheck?: unknown } | null;
}

/** An image of the engine, or null when it has none of that name. */
export async function inspectImage(engine: DockerEngine, ref: string): Promise<ImageDetails | null> {
  const outcome = await runDocker(engine, ['image', 'inspect', ref]);
  if (outcome.exitCode !== 0) return null;
  const raw = (JSON.parse(outcome.stdout) as RawImage[])[0];
  return raw === undefined ? null : detailsOf(raw);
}

/** Writes an image with its layers to a tar file, as `docker load` and containerd read it. */
export async function saveImage(engine: DockerEngine, ref: string, tarFile: string): Promise<void> {
  const unfinished = `${tarFile}.partial`;
  await mkdir(dirname(tarFile), { recursive: true });
  const problem = {
    code: 'image-not-saved',
    where: ref,
    what: `cannot be saved to ${tarFile}`,
    remedy: 'build the image first, and leave room on the disk',
  };
  try {
    await expectDocker(engine, ['save', '--output', unfinished, ref], problem);
    await rename(unfinished, tarFile);
  } finally {
    await rm(unfinished, { force: true });
  }
}

/** Pushes an image to the registry its reference names; gives the digest that the registry knows it by. */
export async function pushImage(engine: DockerEngine, ref: string, log: LineLog = () => {}): Promise<{ digest: string }> {
  const registry = registryOf(ref);
  if (registry === null) {
    const what = 'this reference names no registry to push to';
    throw new ProblemError([
      { code: 'no-registry', where: ref, what, remedy: 'set "registry" in modelyard.yaml, for example "ghcr.io/acme", and build again' },
    ]);
  }
  const printed: string[] = [];
  const keep: LineLog = (line) => {
    printed.push(line);
    log(line);
  };
  const outcome = await streamDocker(engine, ['push', ref], keep);
  if (outcome.exitCode !== 0) throw new ProblemError([pushFailed(ref, registry, outcome.tail)]);
  const digest = parsePushDigest(printed);
  if (digest === null) throw new ProblemError([pushFailed(ref, registry, outcome.tail)]);
  return { digest };
}

/** The digest that `docker push` prints in its last line. */
export function parsePushDigest(lines: readonly string[]): string | null {
  return lines.map((line) => /digest: (sha256:[0-9a-f]{64})/.exec(line)?.[1]).findLast((digest) => digest !== undefined) ?? null;
}

/** The part of a reference before its image name; null when there is none. */
export function registryOf(ref: string): string | null {
  const slash = ref.lastIndexOf('/');
  return slash <= 0 ? null : ref.slice(0, slash);
}

const pushFailed = (ref: string, registry: string, details: readonly string[]) => ({
  code: 'push-failed',
  where: ref,
  what: `docker push to ${registry} did not succeed`,
  remedy: `log in with "docker login ${registry.split('/')[0]}", and check that you may write there`,
  details,
});

function detailsOf(raw: RawImage): ImageDetails {
  return {
    id: raw.Id,
    tags: raw.RepoTags ?? [],
    digests: raw.RepoDigests ?? [],
    sizeBytes: raw.Size,
    user: raw.Config?.User ?? '',
    env: raw.Config?.Env ?? [],
    labels: raw.Config?.Labels ?? {},
    hasHealthcheck: Boolean(raw.Config?.Healthcheck),
    architecture: raw.Architecture,
  };
}
