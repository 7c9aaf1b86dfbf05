import { type Problem, ProblemError } from '@modelyard/core';
import { digestOf, pinnedRef, type ResolvedImage } from '@modelyard/image';
import type { DeployRequest } from './deploy-request.ts';
import type { Note } from './report/index.ts';
import type { World } from './world.ts';

/** What is wrong with the image itself, whoever asks and whatever the environment is. */
const FATAL = new Set(['bad-image-ref', 'image-not-found', 'image-not-pushed']);

/**
 * The request with an image that nobody can change any more: named by its digest, which the build recorded when it pushed, or
 * which the registry tells. Where neither does, a protected environment refuses, and another one is told.
 */
export async function pinImage(
  request: DeployRequest,
  world: Pick<World, 'resolveImage'>,
  tell: (note: Note) => void,
): Promise<DeployRequest> {
  const { image, environment } = request;
  if (environment.delivery === 'load' || image.digest || digestOf(image.ref)) return request;
  const resolved = await world.resolveImage?.(image.ref);
  if (resolved?.ok) return { ...request, image: { ...image, digest: digestOfBuild(request, resolved.value) } };
  const problems = resolved?.problems ?? [];
  const fatal = problems.filter((problem) => FATAL.has(problem.code));
  if (fatal.length > 0)
    throw new ProblemError(
      fatal.map((problem) => naming(problem, request)),
      'preflight',
    );
  if (environment.protected) throw new ProblemError([notPinned(request, problems)], 'preflight');
  if (resolved)
    tell({ code: 'image-not-pinned', what: `${image.ref} has no digest: ${reasonOf(problems)}`, remedy: problems[0]?.remedy ?? '' });
  return request;
}

/** A build that was not pushed leaves an older image under its tag. */
function digestOfBuild({ image, service }: DeployRequest, { digest, configDigest }: ResolvedImage): string {
  const isOther = image.id && configDigest && image.id !== configDigest && image.id !== digest;
  if (!isOther) return digest;
  const problem = {
    code: 'image-not-pushed',
    where: image.ref,
    what: `the registry has another image under this tag (${configDigest}) than the one that was built last (${image.id})`,
    remedy: `push it first ("npx nx run ${service}:docker-push"), or name the other one: --image ${pinnedRef(image.ref, digest)}`,
  };
  throw new ProblemError([problem], 'preflight');
}

const naming = (problem: Problem, { service }: DeployRequest): Problem => ({
  ...problem,
  remedy: problem.remedy.replace('<service>', service),
});

const reasonOf = (problems: readonly Problem[]): string => problems.map((problem) => problem.what).join('; ') || 'no registry was asked';

function notPinned({ image, environment, service }: DeployRequest, problems: readonly Problem[]): Problem {
  return {
    code: 'image-not-pinned',
    where: image.ref,
    what: `environment "${environment.name}" is protected and takes images by digest only; this tag gives none: ${reasonOf(problems)}`,
    remedy: `"npx nx run ${service}:docker-push" records the digest; or name it: --image <ref>@sha256:<digest>`,
  };
}
