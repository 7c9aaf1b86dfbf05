import { ANNOTATION_PREFIX } from '@modelyard/core';
import type { Cluster } from '../cluster/index.ts';
import { equalJson, type KubeObject } from '../kube/index.ts';
import { type ApplySet, kindsOfParent, renderParent } from './apply-set.ts';
import { bookLabels } from './labels.ts';

const REVISION_ANNOTATION = `${ANNOTATION_PREFIX}/revision`;
const RELEASE_HASH_ANNOTATION = `${ANNOTATION_PREFIX}/release-hash`;

/** What the parent of a set says. */
export interface Books {
  /** Kinds of the members, as `Deployment.apps`; while a deploy runs, those of before and after. */
  readonly kinds: readonly string[];
  /** The last revision that was proved, and the hash of its objects. */
  readonly proved?: { readonly revision: number; readonly hash: string };
}

/** What a parent says; of a service that was never deployed, nothing. */
export function readBooks(parent: KubeObject | undefined): Books {
  const annotations = parent?.metadata.annotations ?? {};
  const revision = Number(annotations[REVISION_ANNOTATION]);
  const hash = annotations[RELEASE_HASH_ANNOTATION];
  return { kinds: kindsOfParent(parent), ...(revision > 0 && hash ? { proved: { revision, hash } } : {}) };
}

/** Makes the parent say this; sends nothing when it does already. */
export async function writeBooks(cluster: Cluster, set: ApplySet, parent: KubeObject | undefined, books: Books): Promise<KubeObject> {
  const { revision, hash } = books.proved ?? {};
  const annotations = revision && hash ? { [REVISION_ANNOTATION]: String(revision), [RELEASE_HASH_ANNOTATION]: hash } : {};
  const wanted = renderParent(set, books.kinds, bookLabels(set.service), annotations);
  return parent && says(parent, wanted) ? parent : cluster.apply(wanted, { force: true });
}

function says(parent: KubeObject, wanted: KubeObject): boolean {
  const { labels, annotations } = wanted.metadata;
  const among = (all: Readonly<Record<string, string>> = {}, some: Readonly<Record<string, string>> = {}) =>
    equalJson(Object.fromEntries(Object.keys(some).map((key) => [key, all[key]])), some);
  return among(parent.metadata.labels, labels) && among(parent.metadata.annotations, annotations);
}
