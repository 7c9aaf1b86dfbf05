import type { DeployRequest } from '../deploy-request.ts';
import { requestFor } from './api.ts';

/** What was trained, as the stand-in for pods serves it. */
const modelLock = { modelSha: 'feed', golden: { tolerance: 1e-6, rows: [{ row: { a: 1 }, expected: { prediction: 1 } }] } };

/** A deploy that is verified by its golden prediction; the second differs from the first in its image and its configuration. */
export function trainedRequest(namespace: string, turn: 1 | 2, more: Partial<DeployRequest> = {}): DeployRequest {
  const source = turn === 1 ? {} : { deploy: { env: { MODE: 'strict' } } };
  return requestFor(namespace, source, { modelLock, image: { ref: `churn:${turn}`, id: `sha256:${turn}` }, ...more });
}

/** The same two, whose update goes through a canary. */
export function canaryRequest(namespace: string, turn: 1 | 2): DeployRequest {
  const { modelLock, image } = trainedRequest(namespace, turn);
  const source = { deploy: { rollout: { canary: { steps: [{ weight: 50, seconds: 0 }] } } } };
  return requestFor(namespace, source, { image, ...(modelLock ? { modelLock } : {}) });
}

/** What a pod answers that serves what was trained. */
export const servingPod = (path: string): { status: number; text: string } => ({
  status: 200,
  text: JSON.stringify(
    path.endsWith('/health') ? { status: 'ready', model: { sha256: modelLock.modelSha } } : { predictions: [{ prediction: 1 }] },
  ),
});
