import { setTimeout as sleep } from 'node:timers/promises';
import { ProblemError } from '@modelyard/core';
import type { KubeObject } from '../kube/index.ts';
import { passProblem } from '../settle.ts';
import { textOf } from './connections.ts';
import { linesOf } from './lines.ts';
import { type Listed, listAll, listPlace } from './list.ts';
import { collectionPath } from './paths.ts';
import { requestError, type Subject } from './problems.ts';
import { RETRIED_STATUSES } from './retry.ts';
import { errorCodeOf, type Transport } from './transport.ts';
import type { Query } from './types.ts';

/** The server closes a watch after this time, and may send a bookmark before it does. */
const WATCH_SECONDS = 12;
/** Silence longer than the server would keep means that the connection is dead. */
const STALL_SECONDS = WATCH_SECONDS + 3;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5_000;
/** After so many connections in a row that broke before they told anything, lists are asked for in between. */
const BARREN_LIMIT = 3;

/** What is watched, through what, and until when. */
export interface Watching {
  readonly transport: Transport;
  readonly query: Query;
  readonly subject: Subject;
  readonly signal: AbortSignal;
}

interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: KubeObject & { readonly code?: number };
}

/** How one watch connection ended: to be opened again where it stopped, at once or after a pause, or from a fresh list. */
type Ending = 'closed' | 'broken' | 'expired';

/** What a watch tells, one change at a time. */
export interface Changes {
  /** All that is there now; of a watch for new objects only, none, and what it told before still holds. */
  all(items: readonly KubeObject[]): void;
  put(object: KubeObject): void;
  gone(object: KubeObject): void;
}

/** Hands over all matching objects, and again after each change, until the signal. */
export function watchAll(watching: Watching, onItems: (items: readonly KubeObject[]) => void): Promise<void> {
  return watchChanges(watching, collectItems(watching.query, onItems));
}

/** Collects what a watch tells, and hands over all of it after each change. */
export function collectItems({ onlyNew }: Query, onItems: (items: readonly KubeObject[]) => void): Changes {
  const items = new Map<string, KubeObject>();
  const tell = () => onItems([...items.values()]);
  return {
    all: (listed) => {
      if (!onlyNew) items.clear();
      for (const item of listed) items.set(keyOf(item), item);
      tell();
    },
    put: (object) => {
      items.set(keyOf(object), object);
      tell();
    },
    gone: (object) => {
      if (items.delete(keyOf(object))) tell();
    },
  };
}

/**
 * Tells all matching objects and then each change, until the signal. A watch that is closed, silent or broken
 * is resumed; one whose place is no longer known to the server (410) starts from a fresh list. Where something on the way lets
 * no watch through, lists at its pauses take its place.
 */
export async function watchChanges(watching: Watching, changes: Changes): Promise<void> {
  const { query, signal } = watching;
  let pauseMs = FIRST_PAUSE_MS;
  let barren = 0;
  for (let version: string | undefined; !signal.aborted; ) {
    const list = await listIfDue(watching, version, barren);
    if (list) changes.all(list.items);
    version = list?.resourceVersion ?? version;
    if (version === undefined) return;
    const place = { version };
    barren++;
    const ending = await follow(watching, place, (event) => {
      pauseMs = FIRST_PAUSE_MS;
      barren = 0;
      tellChange(event, query, changes);
    });
    version = ending === 'expired' ? undefined : place.version;
    if (ending !== 'broken') barren = 0;
    if (ending === 'closed') continue;
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
  }
}

/** The list that a watch begins with, or that takes the place of one that cannot be had; undefined if none is due or can be had. */
async function listIfDue(watching: Watching, version: string | undefined, barren: number): Promise<Listed | undefined> {
  if (version === undefined) return listUnlessAborted(watching);
  return barren < BARREN_LIMIT ? undefined : listOnce(watching);
}

/** A watch may be told to stop, and the pool be closed, while its first list is on the way. */
async function listUnlessAborted({ transport, query, subject, signal }: Watching): Promise<Listed | undefined> {
  try {
    const list = await (query.onlyNew ? listPlace : listAll)(transport, query, subject);
    return signal.aborted ? undefined : list;
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

/** What is there now, in place of a watch that cannot be had; undefined if that cannot be had at once either. */
async function listOnce({ transport, query, subject, signal }: Watching): Promise<Listed | undefined> {
  // The new objects since the watch broke would not be in a list of none.
  if (query.onlyNew) return undefined;
  const list = await listAll(transport, query, subject, 1).catch(passProblem);
  return signal.aborted ? undefined : list;
}

/** Reads one watch connection to its end; `place` moves on with each event. */
async function follow(watching: Watching, place: { version: string }, onEvent: (event: WatchEvent) => void): Promise<Ending> {
  const lines = watchLines(watching, place.version);
  while (true) {
    // An exception of the listener must not pass for a broken connection, so only the reading is guarded.
    const line = await lines.next().catch((error: unknown) => passBrokenConnection(error, watching.signal));
    if (line.done) return line.value;
    const event = parseEvent(line.value);
    if (!event) return 'broken';
    if (event.type === 'ERROR') return event.object.code === 410 ? 'expired' : 'broken';
    place.version = event.object.metadata.resourceVersion ?? place.version;
    onEvent(event);
  }
}

/** A line that is no event was cut or mixed up on its way; the watch is resumed before it. */
function parseEvent(line: string): WatchEvent | undefined {
  try {
    const event = JSON.parse(line) as Partial<WatchEvent> | null;
    const isWhole = typeof event?.type === 'string' && (event.type === 'ERROR' ? event.object : event.object?.metadata);
    return isWhole ? (event as WatchEvent) : undefined;
  } catch {
    return undefined;
  }
}

function passBrokenConnection(error: unknown, signal: AbortSignal): { done: true; value: Ending } {
  if (error instanceof ProblemError) throw error;
  if (!signal.aborted) errorCodeOf(error);
  return { done: true, value: 'broken' };
}

async function* watchLines({ transport, query, subject, signal }: Watching, version: string): AsyncGenerator<string, Ending> {
  const startedMs = performance.now();
  const { status, body } = await transport.open(
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
  if (status === 410) return 'expired';
  if (status !== 200) {
    const text = await textOf(body);
    if (RETRIED_STATUSES.has(status)) return 'broken';
    throw requestError({ answered: true, status, text }, subject);
  }
  for await (const line of linesOf(body)) yield line;
  // A server that hangs up at once, again and again, must not be asked in a tight circle.
  return performance.now() - startedMs < 1_000 ? 'broken' : 'closed';
}

/** A bookmark changes nothing, nor does an object that is not kept. */
function tellChange({ type, object }: WatchEvent, query: Query, changes: Changes): void {
  if (type === 'DELETED') changes.gone(object);
  if (type !== 'ADDED' && type !== 'MODIFIED') return;
  const kept = query.keep ? query.keep(object) : object;
  if (kept) changes.put(kept);
}

/** What tells an object from the others of its kind. */
export const keyOf = (item: KubeObject): string => `${item.metadata.namespace ?? ''}/${item.metadata.name}`;
