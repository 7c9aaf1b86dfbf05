import { createHash } from 'node:crypto';
import { fail, type Problem, type Result, succeed } from '@modelyard/core';
import type { Environment } from '../environment.ts';
import { type Answer, ask } from './ask.ts';
import { authorize, type Send } from './authorize.ts';
import { parseChallenge } from './challenge.ts';
import { readCredentials } from './credentials.ts';
import { apiAddress, type ImageReference, parseReference } from './reference.ts';

/** What a registry says of a reference. */
export interface ResolvedImage {
  readonly digest: string;
  /** Digest of the image's configuration, by which an engine knows the image; absent for an index of several platforms. */
  readonly configDigest?: string;
}

const MANIFEST_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');
const ANSWER_SECONDS = 10;
const ATTEMPTS = 2;

/** Asks the registry of a reference for its digest, with the credentials of `docker login`; the problem when it does not tell. */
export async function resolveImage(ref: string, env: Environment): Promise<Result<ResolvedImage>> {
  const reference = parseReference(ref);
  if (!reference) return fail(badReference(ref));
  try {
    const answer = await readManifest(reference, env);
    if (answer.status === 200) return readAnswer(answer, ref);
    return fail(answer.status === 404 ? notFound(ref, reference) : refused(ref, reference, answer.status));
  } catch (error) {
    return fail(unreachable(ref, reference, error));
  }
}

/** Resolves images; the first one of each registry goes ahead, and a registry that did not answer it is not asked again. */
export function imageResolver(env: Environment): (ref: string) => Promise<Result<ResolvedImage>> {
  const silent = new Map<string, Problem>();
  const ahead = new Map<string, Promise<unknown>>();
  const ask = async (ref: string, registry: string): Promise<Result<ResolvedImage>> => {
    const known = silent.get(registry);
    if (known) return fail({ ...known, where: ref });
    const result = await resolveImage(ref, env);
    const problem = result.ok ? undefined : result.problems.find(({ code }) => code === 'registry-unreachable');
    if (problem) silent.set(registry, problem);
    return result;
  };
  return async (ref) => {
    const registry = parseReference(ref)?.registry ?? '';
    const first = ahead.get(registry);
    if (first) await first;
    const asked = ask(ref, registry);
    if (!first) ahead.set(registry, asked);
    return asked;
  };
}

/** First without credentials: the registry says what it wants. */
async function readManifest(reference: ImageReference, env: Environment): Promise<Answer> {
  const { registry, repository, tag = 'latest', digest } = reference;
  const address = `${apiAddress(registry)}/v2/${repository}/manifests/${digest ?? tag}`;
  const send = sender(env);
  const askAs = (authorization?: string) =>
    send(address, { headers: { Accept: MANIFEST_TYPES, ...(authorization ? { Authorization: authorization } : {}) } });
  const answer = await askAs();
  const challenge = answer.status === 401 ? parseChallenge(answer.headers['www-authenticate']) : undefined;
  if (!challenge) return answer;
  const authorization = await authorize(challenge, await readCredentials(registry, env), `repository:${repository}:pull`, send);
  return authorization ? askAs(authorization) : answer;
}

/** The digest is that of the bytes; a registry that says another one cannot be trusted with it. */
function readAnswer({ body, headers }: Answer, ref: string): Result<ResolvedImage> {
  const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`;
  const said = headers['docker-content-digest'];
  if (typeof said === 'string' && said.startsWith('sha256:') && said !== digest) return fail(wrongDigest(ref, said, digest));
  return succeed({ digest, ...configOf(body) });
}

function configOf(bytes: Buffer): { configDigest?: string } {
  try {
    const configDigest = (JSON.parse(bytes.toString('utf8')) as { config?: { digest?: string } }).config?.digest;
    return configDigest ? { configDigest } : {};
  } catch {
    return {};
  }
}

/** A busy registry gets a second try. */
function sender(env: Environment): Send {
  return async (address, options) => {
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await ask(new URL(address), { ...options, env, signal: AbortSignal.timeout(ANSWER_SECONDS * 1000) });
        if (attempt === ATTEMPTS || (answer.status < 500 && answer.status !== 429)) return answer;
      } catch (error) {
        if (attempt === ATTEMPTS || isTimeout(error)) throw error;
      }
    }
  };
}

function badReference(ref: string): Problem {
  return { code: 'bad-image-ref', where: ref, what: 'this is no image reference', remedy: 'write <registry>/<name>:<tag>, in lower case' };
}

function notFound(ref: string, { registry }: ImageReference): Problem {
  return {
    code: 'image-not-found',
    where: ref,
    what: `${registry} has no such image, or does not show it to you`,
    remedy: 'push it first ("npx nx run <service>:docker-push"), or correct the name',
  };
}

function refused(ref: string, { registry }: ImageReference, status: number): Problem {
  const isDenied = status === 401 || status === 403;
  return {
    code: isDenied ? 'registry-denied' : 'registry-failed',
    where: ref,
    what: isDenied ? `${registry} does not let you read it (${status})` : `${registry} answers ${status}`,
    remedy: isDenied ? `log in with "docker login ${registry}"` : 'try again later, or name the image by its digest',
  };
}

function unreachable(ref: string, { registry }: ImageReference, error: unknown): Problem {
  return {
    code: 'registry-unreachable',
    where: ref,
    what: `${registry} does not answer (${reasonOf(error)})`,
    remedy: 'check the name of the registry and your network, or name the image by its digest',
  };
}

function wrongDigest(ref: string, said: string, digest: string): Problem {
  return {
    code: 'registry-failed',
    where: ref,
    what: `the registry says the digest ${said}, but what it sends has ${digest}`,
    remedy: 'look for a proxy that changes answers between here and the registry',
  };
}

function reasonOf(error: unknown): string {
  if (isTimeout(error)) return `no answer within ${ANSWER_SECONDS} s`;
  return (error as { code?: string }).code ?? (error instanceof Error ? error.message : String(error));
}

const isTimeout = (error: unknown): boolean => error instanceof Error && error.name === 'TimeoutError';
