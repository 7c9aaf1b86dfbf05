import { afterAll, beforeAll, expect, test } from 'vitest';
import { deployService } from './deploy.ts';
import { destroyService } from './destroy.ts';
import { readStatus } from './status.ts';
import { problemsOf, recordingWorld } from './testing/api.ts';
import { type Act, withFaultProxy } from './testing/fault-proxy.ts';
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
import { gpuLook, namesLook, withGpuClasses } from './testing/gpu-look.ts';
import { addMember, namesIn, standingOf } from './testing/standing.ts';
import { canaryRequest, servingPod, trainedRequest } from './testing/trained.ts';

/** The steps of a first deploy, of one that updates and prunes, of a canary, of a look at the GPUs, and of a destroy. */
const STEPS = [
  'apply configmaps',
  'apply deployments',
  'apply namespaces',
  'apply networkpolicies',
  'apply serviceaccounts',
  'apply services',
  'books',
  'connect',
  'create leases',
  'create selfsubjectrulesreviews',
  'delete configmaps',
  'delete deployments',
  'delete leases',
  'delete networkpolicies',
  'delete serviceaccounts',
  'delete services',
  'dry-run configmaps',
  'dry-run deployments',
  'dry-run networkpolicies',
  'dry-run services',
  'list all pods',
  'list configmaps',
  'list deployments',
  'list events',
  'list ingressclasses',
  'list ingresses',
  'list leases',
  'list networkpolicies',
  'list nodepools',
  'list nodes',
  'list pods',
  'list priorityclasses',
  'list replicasets',
  'list resourcequotas',
  'list runtimeclasses',
  'list serviceaccounts',
  'list services',
  'read configmaps',
  'read deployments',
  'read httproutes',
  'read leases',
  'read namespaces',
  'read persistentvolumeclaims',
  'read services',
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
const BUSY =
  'Operation cannot be fulfilled on resourcequotas "all": the object has been modified; please apply your changes to the latest version';

const conflicting = answering(409, BUSY, { status: conflict });

/** What passes when it is asked again; several faults follow each other at the same step. */
const PASSING: readonly { readonly name: string; readonly at: (step: string) => boolean; readonly acts: readonly Act[] }[] = [
  {
    name: 'a 429, then a 500 of a changed leader',
    at: isOther,
    acts: [answering(429, 'too many requests'), answering(500, 'etcdserver: leader changed')],
  },
  {
    name: 'a 502 of a proxy, then a 503',
    at: isOther,
    acts: [answeringText(502, '<html>Bad Gateway</html>'), answering(503, 'apiserver is shutting down')],
  },
  {
    name: 'a 504, then a connection that breaks before the server knows',
    at: isOther,
    acts: [answering(504, 'request did not complete within the allotted timeout', { status: { reason: 'Timeout' } }), resetBefore],
  },
  {
    name: 'a connection that breaks when the server has done it, then an answer cut in half',
    at: isOther,
    acts: [resetAfter, cutInHalf],
  },
  {
    name: 'an answer cut in half that looks whole, then a late one',
    at: (step) => isOther(step) && step !== 'verify',
    acts: [cutQuietly, lateBy(300)],
  },
  {
    name: 'a 409 of two writes that met, then 429 that says when to come back',
    at: isWrite,
    acts: [conflicting, conflicting, answering(429, 'too many requests', { headers: { 'retry-after': '1' } })],
  },
  { name: 'a 401 of a token that has run out', at: () => true, acts: [answering(401, 'Unauthorized')] },
  {
    name: 'a watch whose place is forgotten, told by an event, then by 410, then 429',
    at: isWatch,
    acts: [sayingWatch(GONE), answering(410, 'too old resource version'), answering(429, 'too many requests')],
  },
  {
    name: 'a watch of a server without a leader, then one that closes at once, then one that is not answered',
    at: isWatch,
    acts: [sayingWatch(FAILED), closedWatch, resetBefore],
  },
  {
    name: 'a watch whose line is cut, then one that says what is no event, then one that breaks after a while',
    at: isWatch,
    acts: [halfLineWatch, sayingWatch('<html>\n'), brokenWatchAfter(100)],
  },
  { name: 'a watch that says nothing', at: isWatch, acts: [silentWatch] },
];

const met = new Set<string>();

beforeAll(withGpuClasses);

for (const [index, { name, at, acts }] of PASSING.entries()) {
  test.concurrent(`a deploy, an update, a status, a canary, a look at the GPUs and a destroy come through ${name}, at every step`, async () => {
    const namespace = `passing-${index}`;
    const throughFaults = (use: (kubeconfigs: string[]) => Promise<unknown>) =>
      withFaultProxy({ pod: servingPod, faults: [{ at, acts }] }, async ({ kubeconfig, seen }) => {
        try {
          await use([kubeconfig]);
        } finally {
          for (const one of seen) if (one.met) met.add(one.step);
        }
      });
    const first = trainedRequest(namespace, 1);
    const next = trainedRequest(namespace, 2);
    await throughFaults((kubeconfigs) => deployService({ ...first, kubeconfigs }, recordingWorld()));
    expect(await standingOf(first)).toEqual({ isAsWanted: true, serving: 'churn:1', ready: 1, holder: undefined, revisions: 1 });
    await addMember(first, 'left-over');
    await throughFaults((kubeconfigs) => deployService({ ...next, kubeconfigs }, recordingWorld()));
    expect(await standingOf(next)).toEqual({ isAsWanted: true, serving: 'churn:2', ready: 1, holder: undefined, revisions: 2 });
    await throughFaults(async (kubeconfigs) => {
      const { deployment } = await readStatus({ ...next, kubeconfigs }, recordingWorld());
      expect(deployment).toMatchObject({ image: 'churn:2', wanted: 1, ready: 1 });
    });
    const [tried, trying] = [canaryRequest(`${namespace}-canary`, 1), canaryRequest(`${namespace}-canary`, 2)];
    await withFaultProxy({ pod: servingPod }, ({ kubeconfig }) => deployService({ ...tried, kubeconfigs: [kubeconfig] }, recordingWorld()));
    await throughFaults((kubeconfigs) => deployService({ ...trying, kubeconfigs }, recordingWorld()));
    expect(await standingOf(trying)).toEqual({ isAsWanted: true, serving: 'churn:2', ready: 1, holder: undefined, revisions: 2 });
    const looked = await problemsOf(
      throughFaults((kubeconfigs) => deployService({ ...gpuLook(`${namespace}-gpus`), kubeconfigs }, recordingWorld())),
    );
    expect(looked.problems.map(({ code }) => code)).toEqual(['no-gpu-room']);
    await throughFaults((kubeconfigs) => deployService({ ...namesLook(`${namespace}-names`), kubeconfigs }, recordingWorld()));
    await throughFaults((kubeconfigs) => destroyService({ ...next, kubeconfigs, yes: false }, recordingWorld()));
    expect(await namesIn(next)).toEqual([]);
  });
}

afterAll(() => {
  expect([...met].sort()).toEqual(STEPS);
});
