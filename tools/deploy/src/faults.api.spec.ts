import { afterAll, expect, test } from 'vitest';
import { deployService } from './deploy.ts';
import { destroyService } from './destroy.ts';
import { recordingWorld, requestFor } from './testing/api.ts';
import { type Fault, type Seen, withFaultProxy } from './testing/fault-proxy.ts';
import {
  answering,
  answeringText,
  brokenWatchAfter,
  closedWatch,
  cutInHalf,
  cutQuietly,
  FAILED,
  GONE,
  halfLineWatch,
  lateBy,
  resetAfter,
  resetBefore,
  sayingWatch,
  silentWatch,
} from './testing/faults.ts';
import { kubectl } from './testing/kubectl.ts';
import { standingOf } from './testing/standing.ts';

const LOCK = { modelSha: 'feed', golden: { tolerance: 1e-6, rows: [{ row: { a: 1 }, expected: { prediction: 1 } }] } };
/** Pods that serve what was trained. */
const pod = (path: string) => ({
  status: 200,
  text: JSON.stringify(path.endsWith('/health') ? { status: 'ready', model: { sha256: 'feed' } } : { predictions: [{ prediction: 1 }] }),
});

/** The steps of a first deploy, of one that updates and prunes, and of a destroy. */
const STEPS = [
  'apply configmaps',
  'apply deployments',
  'apply namespaces',
  'apply serviceaccounts',
  'apply services',
  'books',
  'connect',
  'create leases',
  'delete configmaps',
  'delete deployments',
  'delete leases',
  'delete serviceaccounts',
  'delete services',
  'dry-run configmaps',
  'dry-run deployments',
  'dry-run serviceaccounts',
  'dry-run services',
  'list configmaps',
  'list deployments',
  'list events',
  'list pods',
  'list replicasets',
  'list serviceaccounts',
  'list services',
  'read configmaps',
  'read leases',
  'read namespaces',
  'record',
  'replace leases',
  'verify',
  'watch deployments',
  'watch events',
  'watch pods',
  'watch replicasets',
];

const isWrite = (step: string) => /^(apply|books|record|delete)/.test(step);
const isWatch = (step: string) => step.startsWith('watch ');
const isOther = (step: string) => !isWatch(step);

const conflict = { reason: 'Conflict', details: { kind: 'resourcequotas' } };
const BUSY = 'Operation cannot be fulfilled on resourcequotas "all": the object has been modified; please apply your changes to the latest version';

/** What passes when it is asked again. */
const PASSING: readonly (readonly [string, (step: string) => boolean, Fault['act']])[] = [
  ['429 that says when to come back', isOther, answering(429, 'too many requests', { headers: { 'retry-after': '1' } })],
  ['429', isOther, answering(429, 'too many requests')],
  ['500 of a changed leader', isOther, answering(500, 'etcdserver: leader changed')],
  ['502 of a proxy', isOther, answeringText(502, '<html>Bad Gateway</html>')],
  ['503', isOther, answering(503, 'apiserver is shutting down')],
  ['504', isOther, answering(504, 'request did not complete within the allotted timeout', { status: { reason: 'Timeout' } })],
  ['connection that breaks before the server knows', isOther, resetBefore],
  ['connection that breaks when the server has done it', isOther, resetAfter],
  ['answer that is cut in half', isOther, cutInHalf],
  ['answer that is cut in half and looks whole', (step) => isOther(step) && step !== 'verify', cutQuietly],
  ['409 of two writes that met', isWrite, answering(409, BUSY, { status: conflict })],
  ['401 of a token that has run out', () => true, answering(401, 'Unauthorized')],
  ['answer that is late', isOther, lateBy(300)],
  ['watch whose place is forgotten', isWatch, sayingWatch(GONE)],
  ['watch that is refused with 410', isWatch, answering(410, 'too old resource version')],
  ['watch that is refused with 429', isWatch, answering(429, 'too many requests')],
  ['watch that meets a server without a leader', isWatch, sayingWatch(FAILED)],
  ['watch that says nothing', isWatch, silentWatch],
  ['watch that closes at once', isWatch, closedWatch],
  ['watch that breaks when it is opened', isWatch, resetBefore],
  ['watch that breaks after a while', isWatch, brokenWatchAfter(100)],
  ['watch whose line is cut', isWatch, halfLineWatch],
  ['watch that says what is no event', isWatch, sayingWatch('<html>\n')],
];

const met = new Set<string>();
const note = (seen: readonly Seen[]) => seen.filter((one) => one.met).forEach((one) => met.add(one.step));

test.concurrent.each(PASSING)('a deploy comes through a %s, at every step', async (name, at, act) => {
  const namespace = `passing-${PASSING.findIndex((row) => row[0] === name)}`;
  const throughFault = async (use: (kubeconfigs: string[]) => Promise<unknown>) =>
    withFaultProxy({ pod, faults: [{ at, act }] }, async ({ kubeconfig, seen }) => {
      try {
        await use([kubeconfig]);
      } finally {
        note(seen);
      }
    });
  const first = requestFor(namespace, {}, { modelLock: LOCK });
  const next = requestFor(namespace, { deploy: { env: { MODE: 'strict' } } }, { modelLock: LOCK, image: { ref: 'churn:2' } });
  await throughFault((kubeconfigs) => deployService({ ...first, kubeconfigs }, recordingWorld()));
  expect(await standingOf(first)).toEqual({ isAsWanted: true, serving: 'churn:1', ready: 1, holder: undefined, revisions: 1 });
  await addMember(namespace);
  await throughFault((kubeconfigs) => deployService({ ...next, kubeconfigs }, recordingWorld()));
  expect(await standingOf(next)).toEqual({ isAsWanted: true, serving: 'churn:2', ready: 1, holder: undefined, revisions: 2 });
  await throughFault((kubeconfigs) => destroyService({ ...next, kubeconfigs, yes: false }, recordingWorld()));
  expect(await kubectl(['-n', namespace, 'get', 'all,leases', '-o', 'name'])).toBe('');
});

/** A member of the set that the spec no longer wants. */
async function addMember(namespace: string): Promise<void> {
  const parent = JSON.parse(await kubectl(['-n', namespace, 'get', 'configmap', 'churn', '-o', 'json']));
  const metadata = { name: 'left-over', namespace, labels: parent.metadata.labels };
  await kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata }));
}

afterAll(() => {
  expect([...met].sort()).toEqual(STEPS);
});
