import type { Result } from '@modelyard/core';
import type { LineLog } from './command.ts';
import type { DockerEngine } from './engine.ts';
import { digestOf, parseReference, pinnedRef, type ResolvedImage, resolveImage } from './registry/index.ts';
import { inspectImage } from './store.ts';

/** The base of a build, by its digest where one is known, and the OCI labels that say what it was. */
export interface PinnedBase {
  readonly ref: string;
  readonly labels: Readonly<Record<string, string>>;
}

const PREFIX = 'org.opencontainers.image.base';

/**
 * Names a base image by its digest: its own, the one that the engine pulled it by, or the one that its registry tells. An image
 * that only this engine has, and a registry that does not answer, leave the tag; the second is said.
 */
export async function pinBase(engine: DockerEngine, ref: string, log: LineLog): Promise<PinnedBase> {
  const digest = digestOf(ref) ?? (await knownDigest(engine, ref, log));
  const labels = { [`${PREFIX}.name`]: ref.split('@')[0] ?? ref };
  return digest ? { ref: pinnedRef(ref, digest), labels: { ...labels, [`${PREFIX}.digest`]: digest } } : { ref, labels };
}

async function knownDigest(engine: DockerEngine, ref: string, log: LineLog): Promise<string | undefined> {
  const local = await inspectImage(engine, ref);
  if (local) return digestIn(local.digests, ref);
  const resolved: Result<ResolvedImage> = await resolveImage(ref, engine.env);
  if (resolved.ok) return resolved.value.digest;
  log(`base image ${ref} is named by its tag: ${resolved.problems[0]?.what}`);
  return undefined;
}

/** An engine remembers one digest for each repository that an image came from or went to. */
function digestIn(digests: readonly string[], ref: string): string | undefined {
  const wanted = parseReference(ref);
  const same = digests.map(parseReference).find((one) => one?.registry === wanted?.registry && one?.repository === wanted?.repository);
  return same?.digest;
}
