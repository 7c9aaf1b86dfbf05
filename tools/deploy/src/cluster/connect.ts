import { FIELD_MANAGER, unwrap } from '@modelyard/core';
import { describeObject, type KubeObject, type ObjectRef, refOf, resourceOf } from '../kube/index.ts';
import { discovery } from './discovery.ts';
import { loadKubeAccess } from './kube-access.ts';
import { listAll } from './list.ts';
import { followLog, logTail } from './log.ts';
import { collectionPath, objectPath, podPath } from './paths.ts';
import { requestError, type Subject } from './problems.ts';
import { parseStatus } from './status.ts';
import { type ApiRequest, openTransport, type Transport } from './transport.ts';
import type { ApplyManner, Cluster, ClusterAccess, PodAnswer, PodRef, PodRequest, Query } from './types.ts';
import { watchAll } from './watch.ts';

/** What the object owns goes first, so that its absence means that all is gone. */
const DELETE_OPTIONS = { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Foreground' };

type About = (verb: string, object: string, namespace?: string) => Subject;

/** Reads the kubeconfig, opens the pool and asks the server who it is; a ProblemError when one of these fails. */
export async function openCluster(access: ClusterAccess): Promise<Cluster> {
  const kube = unwrap(await loadKubeAccess(access), 'preflight');
  const transport = openTransport(kube);
  const about: About = (verb, object, namespace) => ({
    verb,
    object,
    context: kube.context,
    server: kube.server.href.replace(/\/$/, ''),
    ...(namespace === undefined ? {} : { namespace }),
  });
  const greeting = await transport.send({ method: 'GET', path: '/version', attempts: 1 });
  if (!greeting.answered || greeting.status === 401) {
    await transport.close();
    throw requestError(greeting, about('read', 'the version'));
  }
  return clusterOver(transport, kube.context, about);
}

function clusterOver(transport: Transport, context: string, about: About): Cluster {
  const apply = async (object: KubeObject, dryRun: boolean, manner: ApplyManner = {}): Promise<KubeObject> => {
    const text = await expectOk(transport, applyRequest(object, dryRun, manner), ofObject('apply', refOf(object)));
    return JSON.parse(text) as KubeObject;
  };
  const ofObject = (verb: string, ref: ObjectRef): Subject => about(verb, describeObject(ref), ref.namespace);
  const listSubject = (query: Query): Subject => about('list', query.resource.plural, query.namespace);
  return {
    context,
    read: (ref) => read(transport, ref, ofObject('read', ref)),
    list: async (query) => (await listAll(transport, query, listSubject(query))).items,
    serves: discovery(transport, (resource) => about('look for', resource.plural)),
    dryRun: (object, manner) => apply(object, true, manner),
    apply: (object, manner) => apply(object, false, manner),
    create: (object) => writeOnce(transport, 'POST', object, ofObject('create', refOf(object))),
    replace: (object) => writeOnce(transport, 'PUT', object, ofObject('update', refOf(object))),
    remove: (ref) => remove(transport, ref, ofObject('delete', ref)),
    watch: (query, onItems, signal) => watchAll(transport, query, listSubject(query), onItems, signal),
    logTail: (pod, request) => logTail(transport, pod, request),
    followLog: (pod, request, onLine, signal) =>
      followLog(transport, pod, request, about('read the log of', `pod/${pod.name}`, pod.namespace), onLine, signal),
    askPod: (pod, request) => askPod(transport, pod, request, about('proxy to', `pod/${pod.name}`, pod.namespace)),
    serverNowMs: () => transport.serverNowMs(),
    close: () => transport.close(),
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

async function expectOk(transport: Transport, request: ApiRequest, subject: Subject): Promise<string> {
  const attempt = await transport.send(request);
  if (attempt.answered && attempt.status < 300) return attempt.text;
  throw requestError(attempt, subject);
}

/** A write that only one of two at once can win; undefined for the other one. */
async function writeOnce(
  transport: Transport,
  method: 'POST' | 'PUT',
  object: KubeObject,
  subject: Subject,
): Promise<KubeObject | undefined> {
  const ref = refOf(object);
  const path = method === 'PUT' ? objectPath(ref) : collectionPath(resourceOf(ref), ref.namespace);
  const attempt = await transport.send({ method, path, body: object, query: { fieldManager: FIELD_MANAGER, fieldValidation: 'Strict' } });
  if (attempt.answered && attempt.status < 300) return JSON.parse(attempt.text) as KubeObject;
  if (attempt.answered && (attempt.status === 409 || (attempt.status === 404 && method === 'PUT'))) return undefined;
  throw requestError(attempt, subject);
}

async function read(transport: Transport, ref: ObjectRef, subject: Subject): Promise<KubeObject | undefined> {
  const attempt = await transport.send({ method: 'GET', path: objectPath(ref) });
  if (attempt.answered && attempt.status === 404) return undefined;
  if (attempt.answered && attempt.status === 200) return JSON.parse(attempt.text) as KubeObject;
  throw requestError(attempt, subject);
}

async function remove(transport: Transport, ref: ObjectRef, subject: Subject): Promise<boolean> {
  const attempt = await transport.send({ method: 'DELETE', path: objectPath(ref), body: DELETE_OPTIONS });
  if (attempt.answered && attempt.status === 404) return false;
  if (attempt.answered && attempt.status < 300) return true;
  throw requestError(attempt, subject);
}

async function askPod(transport: Transport, pod: PodRef, request: PodRequest, subject: Subject): Promise<PodAnswer> {
  const { method, body, port, path } = request;
  const proxyPath = podPath({ ...pod, name: `${pod.name}:${port}` }, `/proxy${path}`);
  const attempt = await transport.send({ method, path: proxyPath, attempts: 1, ...(body === undefined ? {} : { body }) });
  if (!attempt.answered) return { reached: false, because: `connection lost (${attempt.errorCode})` };
  const status = parseStatus(attempt.text);
  if (!status) return { reached: true, status: attempt.status, text: attempt.text };
  if (attempt.status === 401 || attempt.status === 403) throw requestError(attempt, subject);
  return { reached: false, because: status.message ?? `the API server answered ${attempt.status}` };
}
