import type { Cluster } from '../cluster/index.ts';
import { type KubeObject, RESOURCES, refOf } from '../kube/index.ts';
import { settleAll } from '../settle.ts';
import { parseRecord, parseStored, type Revision, recordSelector, renderRecord, type StoredRevision } from './record.ts';

/** Of older records a deploy deletes those that it finds. */
export const KEPT_REVISIONS = 10;

interface Place {
  readonly service: string;
  readonly namespace: string;
}

/** The recorded revisions of a service, the latest first. */
export async function listRevisions(cluster: Cluster, place: Place): Promise<Revision[]> {
  const records = await listRecords(cluster, place);
  return records.map(parseRecord).filter((revision) => revision !== undefined);
}

/** One recorded revision with its objects. */
export async function readRevision(cluster: Cluster, place: Place, revision: number): Promise<StoredRevision | undefined> {
  const name = `${place.service}.revision-${revision}`;
  const record = await cluster.read({ apiVersion: 'v1', kind: 'ConfigMap', name, namespace: place.namespace });
  return record && parseStored(record);
}

/**
 * Records a state as the next revision after those of `records`. `proved` is the revision that
 * the books name: a later record of the same state was written by a deploy that was cut off before it could say so, and is used. Records that are too old
 * go at the same time, and not after the books: of a deploy that the books call done, nothing is left to do.
 */
export async function recordRevision(
  cluster: Cluster,
  place: Place,
  state: Omit<StoredRevision, 'revision'>,
  proved: number | undefined,
  records: readonly KubeObject[],
): Promise<number> {
  const [last] = records.map(parseRecord);
  const isThere = last !== undefined && last.revision > (proved ?? 0) && last.hash === state.hash;
  const revision = isThere ? last.revision : Math.max(0, ...records.map(numberOf)) + 1;
  // A record of that number can only be our own, written before an answer was lost.
  const writing = isThere ? [] : [cluster.create(renderRecord(place.service, place.namespace, { ...state, revision }))];
  const tooOld = records.slice(KEPT_REVISIONS - writing.length);
  await settleAll([...writing, ...tooOld.map((record) => cluster.remove(refOf(record)))]);
  return revision;
}

/** The records of a service, the latest first. */
export async function listRecords(cluster: Cluster, { service, namespace }: Place): Promise<KubeObject[]> {
  const records = await cluster.list({ resource: RESOURCES.ConfigMap, namespace, labelSelector: recordSelector(service) });
  return records.sort((a, b) => numberOf(b) - numberOf(a));
}

const numberOf = (record: KubeObject): number => Number(record.metadata.name.split('.revision-')[1]);
