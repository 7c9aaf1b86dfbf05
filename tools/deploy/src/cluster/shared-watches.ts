import type { KubeObject } from '../kube/index.ts';
import type { Query } from './types.ts';
import { type Changes, collectItems, keyOf } from './watch.ts';

type OnItems = (items: readonly KubeObject[]) => void;
type Watch = (query: Query, onItems: OnItems, signal: AbortSignal) => Promise<void>;

/** Follows one watch for all who want something of the same objects. */
interface Stream {
  readonly changes: Changes;
  /** Hands over what the query wants, at once where it is known; what is given back ends that. */
  join(query: Query, onItems: OnItems): () => void;
}

interface Running extends Stream {
  readonly ended: Promise<void>;
  readonly stop: AbortController;
  members: number;
}

/**
 * Watches for many who wait at once: those of one kind, namespace and `among` are one watch of all that `among` selects. It
 * begins with the first who wants it, ends with the last, and when it fails, it fails for all of them.
 */
export function shareWatches(follow: (query: Query, changes: Changes, signal: AbortSignal) => Promise<void>): Watch {
  const running = new Map<string, Running>();
  const begin = (query: Query, key: string): Running => {
    const stop = new AbortController();
    const stream = query.onlyNew ? newsStream() : selectingStream(query);
    const ended = follow(wideQuery(query), stream.changes, stop.signal);
    const one = { ...stream, stop, ended, members: 0 };
    const forget = () => void (running.get(key) === one && running.delete(key));
    ended.then(forget, forget);
    stop.signal.addEventListener('abort', forget);
    running.set(key, one);
    return one;
  };
  return async (query, onItems, signal) => {
    if (signal.aborted) return;
    const key = JSON.stringify([query.resource.plural, query.namespace, query.among, query.onlyNew]);
    const stream = running.get(key) ?? begin(query, key);
    const leave = stream.join(query, onItems);
    const over = Promise.withResolvers<void>();
    signal.addEventListener('abort', () => over.resolve(), { once: true });
    stream.members++;
    await Promise.race([over.promise, stream.ended]).finally(leave);
    stream.members--;
    if (stream.members === 0) stream.stop.abort();
  };
}

/** Of what is new, each member keeps its own part; of what is selected, the stream keeps one copy. */
function wideQuery({ resource, namespace, among, onlyNew, keep }: Query): Query {
  const shared = { resource, ...(namespace === undefined ? {} : { namespace }) };
  if (onlyNew) return { ...shared, onlyNew };
  return { ...shared, ...(among === undefined ? {} : { labelSelector: among }), ...(keep ? { keep } : {}) };
}

/** Hands each new object to all, and each keeps what it wants. */
function newsStream(): Stream {
  const members = new Set<Changes>();
  const each = (tell: (member: Changes) => void) => members.forEach(tell);
  return {
    join: (query, onItems) => {
      const { keep = (object) => object } = query;
      const own = collectItems(query, onItems);
      const put = (object: KubeObject): void => {
        const kept = keep(object);
        if (kept) own.put(kept);
      };
      const member = { ...own, put };
      members.add(member);
      return () => void members.delete(member);
    },
    changes: {
      all: (items) => each((member) => member.all(items)),
      put: (object) => each((member) => member.put(object)),
      gone: (object) => each((member) => member.gone(object)),
    },
  };
}

/** Keeps all objects by the value that its queries select by; a change is told to those alone whom it concerns. */
function selectingStream(first: Query): Stream {
  const { key } = termOf(first);
  const objects = groupedObjects(key);
  const members = new Map<string, Set<OnItems>>();
  let isListed = false;
  const tell = (value: string | undefined) => {
    if (value !== undefined) members.get(value)?.forEach((onItems) => void onItems(objects.of(value)));
  };
  return {
    join: (query, onItems) => {
      const { value } = termOf(query);
      if (query.keep !== first.keep || termOf(query).key !== key) throw new Error('watches that are shared keep and select alike');
      members.set(value, (members.get(value) ?? new Set()).add(onItems));
      if (isListed) onItems(objects.of(value));
      return () => void members.get(value)?.delete(onItems);
    },
    changes: {
      all: (items) => {
        objects.replaceAll(items);
        isListed = true;
        [...members.keys()].forEach(tell);
      },
      put: (object) => objects.put(object).forEach(tell),
      gone: (object) => tell(objects.drop(object)),
    },
  };
}

/** Objects by their name, or by their value of a label. */
function groupedObjects(key: string) {
  const groups = new Map<string, Map<string, KubeObject>>();
  const places = new Map<string, string>();
  const placeOf = ({ metadata: { name, labels } }: KubeObject): string => (key === 'metadata.name' ? name : (labels?.[key] ?? ''));
  const drop = (object: KubeObject): string | undefined => {
    const place = places.get(keyOf(object));
    places.delete(keyOf(object));
    if (place !== undefined) groups.get(place)?.delete(keyOf(object));
    return place;
  };
  const put = (object: KubeObject): Set<string> => {
    const place = placeOf(object);
    const before = places.get(keyOf(object)) === place ? place : drop(object);
    places.set(keyOf(object), place);
    groups.set(place, (groups.get(place) ?? new Map()).set(keyOf(object), object));
    return new Set(before === undefined ? [place] : [before, place]);
  };
  const replaceAll = (objects: readonly KubeObject[]): void => {
    groups.clear();
    places.clear();
    for (const object of objects) put(object);
  };
  return { of: (place: string) => [...(groups.get(place)?.values() ?? [])], put, drop, replaceAll };
}

/** The label, or the name, and the one value of it that a query selects. */
function termOf({ labelSelector, fieldSelector }: Query): { readonly key: string; readonly value: string } {
  const [, key, value] = /^([^=,! ]+)=([^=,! ]+)$/.exec(labelSelector ?? fieldSelector ?? '') ?? [];
  if (key === undefined || value === undefined)
    throw new Error(`a shared watch selects one value, not "${labelSelector ?? fieldSelector}"`);
  return { key, value };
}
