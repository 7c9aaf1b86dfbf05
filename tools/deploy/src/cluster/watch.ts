import { setTimeout as sleep } from 'node:timers/promises';
import { ProblemError } from '@modelyard/core';
import type { KubeObject } from '../kube/index.ts';
import { linesOf } from './lines.ts';
import { listAll } from './list.ts';
import { collectionPath } from './paths.ts';
import { requestError, type Subject } from './problems.ts';
import { errorCodeOf, type Transport } from './transport.ts';
import type { Query } from './types.ts';

/** The server closes a watch after this time, and sends a bookmark before it does. */
const WATCH_SECONDS = 45;
/** Silence longer than the server would keep means that the connection is dead. */
const STALL_SECONDS = WATCH_SECONDS + 10;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: KubeObject & { readonly code?: number };
}

/** How one watch connection ended: to be opened again where it stopped, or from a fresh list. */
type Ending = 'closed' | 'expired';

/**
 * Hands over all matching objects, and again after each change, until the signal. A watch that is closed, silent or broken
 * is resumed; one whose place is no longer known to the server (410) starts from a fresh list.
 */
export async function watchAll(
  transport: Transport,
  query: Query,
  subject: Subject,
  onItems: (items: readonly KubeObject[]) => void,
  signal: AbortSignal,
): Promise<void> {
  const items = new Map<string, KubeObject>();
  let pauseMs = FIRST_PAUSE_MS;
  for (let version: string | undefined; !signal.aborted; ) {
    if (version === undefined) {
      const list = await listUnlessAborted(transport, query, subject, signal);
      if (!list) return;
      items.clear();
      for (const item of list.items) items.set(keyOf(item), item);
      version = list.resourceVersion;
      onItems([...items.values()]);
    }
    const place = { version };
    const ending = await follow(transport, query, subject, place, signal, (event) => {
      pauseMs = FIRST_PAUSE_MS;
      if (change(items, event)) onItems([...items.values()]);
    });
    version = ending === 'expired' ? undefined : place.version;
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
  }
}

/** A watch may be told to stop, and the pool be closed, while its first list is on the way. */
async function listUnlessAborted(transport: Transport, query: Query, subject: Subject, signal: AbortSignal) {
  try {
    const list = await listAll(transport, query, subject);
    return signal.aborted ? undefined : list;
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

/** Reads one watch connection to its end; `place` moves on with each event. */
async function follow(
  transport: Transport,
  query: Query,
  subject: Subject,
  place: { version: string },
  signal: AbortSignal,
  onEvent: (event: WatchEvent) => void,
): Promise<Ending> {
  const lines = watchLines(transport, query, subject, place.version, signal);
  while (true) {
    // An exception of the listener must not pass for a broken connection, so only the reading is guarded.
    const line = await lines.next().catch((error: unknown) => passBrokenConnection(error, signal));
    if (line.done) return line.value;
    const event = JSON.parse(line.value) as WatchEvent;
    if (event.type === 'ERROR') return event.object.code === 410 ? 'expired' : 'closed';
    place.version = event.object.metadata.resourceVersion ?? place.version;
    onEvent(event);
  }
}

function passBrokenConnection(error: unknown, signal: AbortSignal): { done: true; value: Ending } {
  if (error instanceof ProblemError) throw error;
  if (!signal.aborted) errorCodeOf(error);
  return { done: true, value: 'closed' };
}

async function* watchLines(
  transport: Transport,
  query: Query,
  subject: Subject,
  version: string,
  signal: AbortSignal,
): AsyncGenerator<string, Ending> {
  const { statusCode, body } = await transport.open(
    {
      method: 'GET',
      path: collectionPath(query.resource, query.namespace),
      query: {
        watch: 'true',
        allowWatchBookmarks: 'true',
        resourceVersion: version,
        timeoutSeconds: String(WATCH_SECONDS),
        labelSelector: query.labelSelector,
        fieldSelector: query.fieldSelector,
      },
    },
    signal,
    STALL_SECONDS,
  );
  if (statusCode === 410) return 'expired';
  if (statusCode !== 200) {
    const text = await body.text();
    if (statusCode === 429 || statusCode >= 500) return 'closed';
    throw requestError({ answered: true, status: statusCode, text }, subject);
  }
  for await (const line of linesOf(body)) yield line;
  return 'closed';
}

/** Takes an event into the items; false for a bookmark, which changes nothing. */
function change(items: Map<string, KubeObject>, event: WatchEvent): boolean {
  if (event.type === 'BOOKMARK') return false;
  if (event.type === 'DELETED') return items.delete(keyOf(event.object));
  items.set(keyOf(event.object), event.object);
  return true;
}

const keyOf = (item: KubeObject): string => `${item.metadata.namespace ?? ''}/${item.metadata.name}`;
