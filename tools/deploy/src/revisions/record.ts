import { gunzipSync, gzipSync } from 'node:zlib';
import { ANNOTATION_PREFIX, LABEL_INSTANCE } from '@modelyard/core';
import { bookLabels } from '../inventory/index.ts';
import type { KubeObject } from '../kube/index.ts';

/** What is known of one proved state of a service. */
export interface Revision {
  readonly revision: number;
  /** When it was proved, by the server's clock. */
  readonly at: string;
  readonly by: string;
  readonly image: string;
  /** sha256 of the image's configuration. */
  readonly imageId?: string;
  readonly commit?: string;
  readonly modelSha?: string;
  /** sha256 over its objects. */
  readonly hash: string;
  readonly port: number;
  /** The revision that was brought back by this one. */
  readonly rollbackTo?: number;
}

/** A revision with what is needed to bring it back. */
export interface StoredRevision extends Revision {
  /** The objects as they were rendered. */
  readonly objects: readonly KubeObject[];
}

const SCHEMA = 1;
const REVISION_LABEL = `${ANNOTATION_PREFIX}/revision`;

interface RecordObject extends KubeObject {
  readonly data?: { readonly revision?: string };
  readonly binaryData?: { readonly objects?: string };
}

/** Selects the records of a service. */
export const recordSelector = (service: string): string => `${REVISION_LABEL},${LABEL_INSTANCE}=${service}`;

/** A revision as a ConfigMap. What Secrets hold is left out: they are referred to by name and never rendered. */
export function renderRecord(service: string, namespace: string, stored: StoredRevision): RecordObject {
  const { objects, ...revision } = stored;
  const kept = objects.filter((object) => object.kind !== 'Secret');
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: `${service}.revision-${revision.revision}`,
      namespace,
      labels: { ...bookLabels(service), [REVISION_LABEL]: String(revision.revision) },
    },
    immutable: true,
    data: { revision: JSON.stringify({ schema: SCHEMA, ...revision }) },
    binaryData: { objects: gzipSync(JSON.stringify(kept), { level: 9 }).toString('base64') },
  } as RecordObject;
}

/** What a record says; undefined for one that a later Modelyard wrote. */
export function parseRecord(record: KubeObject): Revision | undefined {
  const { schema, ...revision } = JSON.parse((record as RecordObject).data?.revision ?? '{}') as Revision & { schema?: number };
  return schema === SCHEMA ? revision : undefined;
}

/** What a record says, with its objects. */
export function parseStored(record: KubeObject): StoredRevision | undefined {
  const revision = parseRecord(record);
  const packed = (record as RecordObject).binaryData?.objects;
  if (!revision || packed === undefined) return undefined;
  return { ...revision, objects: JSON.parse(gunzipSync(Buffer.from(packed, 'base64')).toString('utf8')) as KubeObject[] };
}
