import { type KubeObject, RESOURCES } from '../kube/index.ts';
import { requestFor } from './api.ts';
import { kubectl } from './kubectl.ts';
import { throughNothing } from './standing.ts';

/** An image for which the simulated node does nothing: its pods are scheduled, and the test writes what a kubelet would. */
export const HELD = { image: { ref: 'simulate-by-hand:1' } };

/** The first pod of a service that has a node. */
export async function podIn(namespace: string): Promise<KubeObject> {
  return throughNothing(requestFor(namespace), async (cluster) => {
    for (let looks = 0; looks < 100; looks++) {
      const pods = await cluster.list({ resource: RESOURCES.Pod, namespace }).catch(() => []);
      const pod = pods.find((one) => (one.spec as { nodeName?: string }).nodeName);
      if (pod) return pod;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    throw new Error(`no pod in ${namespace}`);
  });
}

/** Writes a pod's status as its kubelet does. */
export async function writeStatus({ metadata: { namespace = '', name } }: KubeObject, status: object): Promise<void> {
  await kubectl(['-n', namespace, 'patch', 'pod', name, '--subresource=status', '--type=strategic', '-p', JSON.stringify({ status })]);
}

/** Writes an event as a kubelet does. */
export async function writeEvent(pod: KubeObject, reason: string, message: string): Promise<void> {
  const { namespace = '', name, uid } = pod.metadata;
  const now = new Date().toISOString();
  const event = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.${reason.toLowerCase()}`, namespace },
    involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace, name, uid },
    type: 'Warning',
    reason,
    message,
    source: { component: 'kubelet' },
    firstTimestamp: now,
    lastTimestamp: now,
    count: 1,
  };
  await kubectl(['create', '-f', '-'], JSON.stringify(event));
}

/** The status of a pod whose container is in this state. */
export const container = (state: object, more: object = {}) => ({
  phase: 'Pending',
  containerStatuses: [
    { name: 'model', image: 'simulate-by-hand:1', imageID: '', ready: false, started: false, restartCount: 0, state, ...more },
  ],
});
export const running = { running: { startedAt: '2026-01-01T00:00:00Z' } };
