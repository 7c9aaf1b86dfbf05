import { FIELD_MANAGER, unwrap } from '@modelyard/core';
import { describeObject, type KubeObject, type ObjectRef, type Resource, refOf, resourceOf } from '../kube/index.ts';
import { discovery } from './discovery.ts';
import { greetByReading, greetServer } from './greeting.ts';
import { addressOf, expectServer } from './identity.ts';
import { type KubeAccess, loadKubeAccess } from './kube-access.ts';
import { listAll } from './list.ts';
import { followLog, logTail } from './log.ts';
import { collectionPath, objectPath, podPath } from './paths.ts';
import { type About, requestError, type Subject } from './problems.ts';
import type { Attempt } from './retry.ts';
import { shareWatches } from './shared-watches.ts';
import { parseStatus } from './status.ts';
import { type ApiRequest, openTransport, type Transport } from './transport.ts';
import type { ApplyManner, Cluster, ClusterAccess, PodAnswer, PodRef, PodRequest, Query, ReplaceManner } from './types.ts';
import { watchAll, watchChanges } from './watch.ts';

/**
 * What a workload owns goes first, so that its absence means that all is gone. The rest goes at once: an object that lingers
 * would be found, and changed, by the next deploy.
 */
const deleteOptions = (ref: ObjectRef) => ({
  apiVersion: 'v1',
  kind: 'DeleteOptions',
  propagationPolicy: ref.apiVersion.startsWith('apps/') ? 'Foreground' : 'Background',
});

/**
 * Reads the kubeconfig, opens the pool and asks the server who it is; a ProblemError when one of these fails. Who wants to read at once is told by the
 * first request that the server does not answer as it should.
 */
export async function openCluster(access: ClusterAccess): Promise<Cluster> {
  const kube = unwrap(await loadKubeAccess(access), 'preflight');
  expectServer(access, kube);
  const pool = await openTransport(kube);
  const about: About = (verb, object, namespace) => ({
    verb,
    object,
    context: kube.context,
    server: addressOf(kube.server),
    ...(namespace === undefined ? {} : { namespace }),
  });
  const transport = access.readsAtOnce ? greetByReading(pool, access, about) : pool;
  if (!access.readsAtOnce) await greetServer(pool, access, about).catch(closing(pool));
  const serves = discovery(transport, (resource) => about('look for', resource.plural));
  const watch = shareWatches((query, changes, signal) =>
    watchChanges({ transport, query, subject: listSubject(about, query), signal }, changes),
  );
  return clusterOver(transport, kube, about, { serves, watch });
}

const closing = (pool: Transport) => (error: unknown) => {
  pool.close();
  throw error;
};

const listSubject = (about: About, query: Query): Subject => about('list', query.resource.plural, query.namespace);

/** A kind is looked for once a connection, whoever uses it, and so are the watches that are shared. */
function clusterOver(transport: Transport, kube: KubeAccess, about: About, shared: Pick<Cluster, 'serves' | 'watch'>): Cluster {
  const apply = async (object: KubeObject, dryRun: boolean, manner: ApplyManner = {}): Promise<KubeObject> => {
    const attempt = await transport.send(applyRequest(object, dryRun, manner));
    if (attempt.answered && attempt.status < 300) return attempt.value as KubeObject;
    throw requestError(attempt, ofObject('apply', refOf(object)));
  };
  const ofObject = (verb: string, ref: ObjectRef): Subject => about(verb, describeObject(ref), ref.namespace);
  return {
    context: kube.context,
    server: addressOf(kube.server),
    read: (ref) => read(transport, ref, ofObject('read', ref)),
    list: async (query) => (await listAll(transport, query, listSubject(about, query))).items,
    serves: shared.serves,
    dryRun: (object, manner) => apply(object, true, manner),
    apply: (object, manner) => apply(object, false, manner),
    create: (object) => writeOnce(transport, 'POST', object, ofObject('create', refOf(object))),
    replace: (object, manner) => writeOnce(transport, 'PUT', object, ofObject('update', refOf(object)), manner),
    remove: (ref) => remove(transport, ref, ofObject('delete', ref)),
    ask: (review, spec) => ask(transport, review, spec, about('ask for', review.plural)),
    watch: (query, onItems, signal) =>
      query.among === undefined
        ? watchAll({ transport, query, subject: listSubject(about, query), signal }, onItems)
        : shared.watch(query, onItems, signal),
    logTail: (pod, request) => logTail(transport, pod, request),
    followLog: (pod, request, onLine, signal) =>
      followLog(transport, pod, request, about('read the log of', `pod/${pod.name}`, pod.namespace), onLine, signal),
    askPod: (pod, request) => askPod(transport, pod, request, about('proxy to', `pod/${pod.name}`, pod.namespace)),
    serverNowMs: () => transport.serverNowMs(),
    until: (signal) =>
      clusterOver(givenUpBy(transport, signal), kube, about, {
        ...shared,
        watch: (query, onItems, own) => shared.watch(query, onItems, AbortSignal.any([own, signal])),
      }),
    close: async () => transport.close(),
  };
}

function applyRequest(object: KubeObject, dryRun: boolean, manner: ApplyManner): ApiRequest {
  const { manager = FIELD_MANAGER, force = false } = manner;
  return {
    method: 'PATCH',
    path: objectPath(refOf(object)),
    query: { fieldManager: manager, fieldValidation: 'Strict', force: String(force), dryRun: dryRun ? 'All' : undefined },
    body: object,
    contentType: 'application/apply-patch+yaml',
  };
}

/** Passes requests on, each of which the signal gives up. */
function givenUpBy(transport: Transport, signal: AbortSignal): Transport {
  return {
    ...transport,
    send: (request) => transport.send({ ...request, signal: request.signal ? AbortSignal.any([request.signal, signal]) : signal }),
    open: (request, own, idleSeconds) => transport.open(request, AbortSignal.any([own, signal]), idleSeconds),
  };
}

/** A write that only one of two at once can win; undefined for the other one. */
async function writeOnce(
  transport: Transport,
  method: 'POST' | 'PUT',
  object: KubeObject,
  subject: Subject,
  { dryRun, timeoutSeconds }: ReplaceManner = {},
): Promise<KubeObject | undefined> {
  const ref = refOf(object);
  const path = method === 'PUT' ? objectPath(ref) : collectionPath(resourceOf(ref), ref.namespace);
  const query = { fieldManager: FIELD_MANAGER, fieldValidation: 'Strict', dryRun: dryRun ? 'All' : undefined };
  const limits = timeoutSeconds === undefined ? {} : { timeoutSeconds, signal: AbortSignal.timeout(Math.ceil(timeoutSeconds * 1_000)) };
  const attempt = await transport.send({ method, path, body: object, query, ...limits });
  if (attempt.answered && attempt.status < 300) return attempt.value as KubeObject;
  if (attempt.answered && (attempt.status === 404 ? method === 'PUT' : isLost(attempt))) return undefined;
  throw requestError(attempt, subject);
}

/** A conflict over a quota was about another object. */
const isLost = (attempt: Attempt & { answered: true }): boolean =>
  attempt.status === 409 && parseStatus(attempt.text)?.details?.kind !== 'resourcequotas';

async function read(transport: Transport, ref: ObjectRef, subject: Subject): Promise<KubeObject | undefined> {
  const attempt = await transport.send({ method: 'GET', path: objectPath(ref) });
  if (attempt.answered && attempt.status === 404) return undefined;
  if (attempt.answered && attempt.status === 200) return attempt.value as KubeObject;
  throw requestError(attempt, subject);
}

async function remove(transport: Transport, ref: ObjectRef, subject: Subject): Promise<boolean> {
  const attempt = await transport.send({ method: 'DELETE', path: objectPath(ref), body: deleteOptions(ref) });
  if (attempt.answered && attempt.status === 404) return false;
  if (attempt.answered && attempt.status < 300) return true;
  throw requestError(attempt, subject);
}

async function ask(transport: Transport, review: Resource, spec: unknown, subject: Subject): Promise<unknown> {
  const { apiVersion, kind } = review;
  const body = { apiVersion, kind, ...(spec === undefined ? {} : { spec }) };
  const attempt = await transport.send({ method: 'POST', path: collectionPath(review, undefined), body, isQuestion: true });
  if (attempt.answered && attempt.status < 300) return (attempt.value as { status?: unknown }).status;
  throw requestError(attempt, subject);
}

async function askPod(transport: Transport, pod: PodRef, request: PodRequest, subject: Subject): Promise<PodAnswer> {
  const { method, body, port, path, timeoutSeconds } = request;
  const proxyPath = podPath({ ...pod, name: `${pod.name}:${port}` }, `/proxy${path}`);
  const limits = { attempts: 1, ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }) };
  const attempt = await transport.send({ method, path: proxyPath, isText: true, ...limits, ...(body === undefined ? {} : { body }) });
  if (!attempt.answered) return { reached: false, because: `connection lost (${attempt.errorCode})` };
  const status = parseStatus(attempt.text);
  if (!status) return { reached: true, status: attempt.status, text: attempt.text };
  if (attempt.status === 401 || attempt.status === 403) throw requestError(attempt, subject);
  return { reached: false, because: status.message ?? `the API server answered ${attempt.status}` };
}
