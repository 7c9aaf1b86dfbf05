import type { ContainerStatus, LivePod } from '../kube/index.ts';
import { GRACES } from './graces.ts';
import { eventsOf, shorten } from './pod-events.ts';
import type { Cause, Rollout } from './types.ts';

/** Reasons of the kubelet (pkg/kubelet/images), and those that a container runtime adds. */
const PULL_REASONS: ReadonlySet<string> = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'ErrImageNeverPull',
  'InvalidImageName',
  'ImageInspectError',
  'RegistryUnavailable',
  'SignatureValidationFailed',
]);
const LASTING_REASONS: ReadonlySet<string> = new Set(['InvalidImageName', 'ErrImageNeverPull', 'SignatureValidationFailed']);
const LASTING_ANSWER = /not found|manifest unknown|does not exist|denied|unauthorized|forbidden|invalid|never|no match for platform/i;
/** A registry that counts requests says so with words that sound final. */
const PASSING_ANSWER = /too ?many ?requests|rate limit/i;

/** Whether a container waits for its image. */
export const waitsForImage = (status: ContainerStatus): boolean => PULL_REASONS.has(status.state?.waiting?.reason ?? '');

/** The image cannot be had. */
export function pullCause(pod: LivePod, status: ContainerStatus, rollout: Rollout): Cause {
  const waiting = status.state?.waiting;
  // The back-off hides the registry's answer, which the event still tells.
  const event = eventsOf(pod, rollout).findLast((one) => one.reason === 'Failed' && /pull|image/i.test(one.message ?? ''));
  const said = waiting?.reason === 'ImagePullBackOff' ? (event?.message ?? waiting.message) : (waiting?.message ?? event?.message);
  const answer = shorten(said ?? waiting?.reason ?? '');
  const lasts = LASTING_REASONS.has(waiting?.reason ?? '') || (LASTING_ANSWER.test(answer) && !PASSING_ANSWER.test(answer));
  return {
    code: 'image-pull',
    where: `pod/${pod.metadata.name}`,
    what: `image "${imageOf(pod, status)}" cannot be pulled (${waiting?.reason}): ${answer}`,
    remedy: remedyFor(answer, pod),
    graceSeconds: (lasts ? GRACES.noImage : GRACES.pull).seconds,
  };
}

/** Docker Hub and others say "denied" of an image that is not there as well. */
function remedyFor(answer: string, { metadata: { namespace } }: LivePod): string {
  if (/no match for platform|exec format/i.test(answer))
    return 'build the image for the platform of the nodes ("kubectl get nodes -o wide" names it)';
  if (PASSING_ANSWER.test(answer)) return 'wait, or let the nodes sign in to the registry or use a mirror of it';
  if (/denied|unauthorized|forbidden|authentication/i.test(answer))
    return (
      'push the image if it is not there; else let the nodes sign in to the registry, or name a Secret of type docker-registry: ' +
      `kubectl -n ${namespace} patch serviceaccount <service> -p '{"imagePullSecrets":[{"name":"<secret>"}]}'`
    );
  return 'push the image, load it into the local cluster ("npx modelyard cluster load <image>"), or mend the registry in modelyard.yaml';
}

function imageOf(pod: LivePod, status: ContainerStatus): string {
  const all = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
  return all.find((one) => one.name === status.name)?.image ?? status.image ?? '';
}
