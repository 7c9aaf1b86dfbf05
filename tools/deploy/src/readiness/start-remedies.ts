import { isReferenceMissing, referenceRemedy } from './references.ts';

/** What node and runtime say of a container that they cannot start, and what to do about it. */
const REMEDIES: readonly { readonly sign: RegExp; readonly remedy: string }[] = [
  {
    sign: /unsatisfied condition: cuda|cuda[>=]|driver version is insufficient/i,
    remedy:
      'the driver of the node is older than the CUDA of the image: update it, name nodes with a newer one in deploy.nodeSelector, or build for an older CUDA',
  },
  {
    sign: /nvidia-container-cli|libnvidia|nvidia-container-runtime/i,
    remedy:
      'the NVIDIA container toolkit of the node cannot give the pod its GPU: see "kubectl describe node" and the GPU operator\'s pods there',
  },
  {
    sign: /no runtime for|runtime handler/i,
    remedy: 'the node has no runtime of this name: install the NVIDIA container toolkit there, or leave deploy.gpu.runtimeClass out',
  },
  {
    sign: /runAsNonRoot|cannot verify user is non-root/,
    remedy: 'the image runs as root: build it from the Dockerfile of the service, which has a user of its own',
  },
];

/** What to do about a container that cannot be started, where what was said tells it. */
export function startRemedy(message: string): string | undefined {
  if (isReferenceMissing(message)) return referenceRemedy(message);
  return REMEDIES.find(({ sign }) => sign.test(message))?.remedy;
}
