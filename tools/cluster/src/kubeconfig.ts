import { ProblemError } from '@modelyard/core';
import { type Document, isMap, isSeq, parseDocument, type YAMLMap, YAMLSeq } from 'yaml';

/** How to reach a cluster and as whom, the certificates as PEM text. */
export interface ClusterAccess {
  readonly server: string;
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

const LISTS = ['clusters', 'users', 'contexts'] as const;

const base64 = (text: string): string => Buffer.from(text).toString('base64');

function entriesOf(context: string, access: ClusterAccess): Record<(typeof LISTS)[number], object> {
  const cluster = { server: access.server, 'certificate-authority-data': base64(access.authority) };
  const user = { 'client-certificate-data': base64(access.certificate), 'client-key-data': base64(access.key) };
  return {
    clusters: { name: context, cluster },
    users: { name: context, user },
    contexts: { name: context, context: { cluster: context, user: context } },
  };
}

function parseKubeconfig(text: string, file: string): Document {
  const document: Document = parseDocument(text);
  if (document.contents === null) document.contents = document.createNode({ apiVersion: 'v1', kind: 'Config' });
  const isUsable = (list: string) => document.get(list) == null || isSeq(document.get(list));
  if (document.errors.length === 0 && isMap(document.contents) && LISTS.every(isUsable)) return document;
  throw new ProblemError([
    {
      code: 'broken-kubeconfig',
      where: file,
      what: `this is not a kubeconfig: ${document.errors[0]?.message.split('\n')[0] ?? 'its lists are not lists'}`,
      remedy: 'mend the file, or point KUBECONFIG at another one; nothing was changed in it',
    },
  ]);
}

const isNamed = (item: unknown, name: string): boolean => isMap(item) && (item as YAMLMap).get('name') === name;

function listIn(document: Document, list: string): YAMLSeq {
  const found = document.get(list);
  if (isSeq(found)) {
    // `clusters: []` would otherwise put our entries into the brackets, on one long line.
    if (found.items.length === 0) found.flow = false;
    return found;
  }
  const made = new YAMLSeq();
  document.set(list, made);
  return made;
}

/** The kubeconfig text with our cluster, user and context in it; every other entry stays as it is. */
export function withContext(text: string, file: string, context: string, access: ClusterAccess): string {
  const document = parseKubeconfig(text, file);
  const entries = entriesOf(context, access);
  for (const list of LISTS) {
    const sequence = listIn(document, list);
    const node = document.createNode(entries[list]);
    const index = sequence.items.findIndex((item) => isNamed(item, context));
    if (index < 0) sequence.items.push(node);
    else sequence.items[index] = node;
  }
  if (!document.get('current-context')) document.set('current-context', context);
  return document.toString({ lineWidth: 0 });
}

/** The kubeconfig text without our entries, and whether any entry of somebody is left. */
export function withoutContext(text: string, file: string, context: string): { text: string; isEmpty: boolean } {
  const document = parseKubeconfig(text, file);
  let left = 0;
  for (const list of LISTS) {
    const sequence = document.get(list);
    if (!isSeq(sequence)) continue;
    sequence.items = sequence.items.filter((item) => !isNamed(item, context));
    left += sequence.items.length;
    if (sequence.items.length === 0) sequence.flow = true;
  }
  if (document.get('current-context') === context) document.delete('current-context');
  return { text: document.toString({ lineWidth: 0 }), isEmpty: left === 0 };
}

/** A kubeconfig with this cluster alone. */
export function kubeconfigOf(context: string, access: ClusterAccess): string {
  return withContext('', 'kubeconfig', context, access);
}
