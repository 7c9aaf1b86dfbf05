import type { GpuFacts } from './gpu-facts.ts';
import type { Refusal } from './gpu-match.ts';
import type { Holder, NodeRoom } from './node-room.ts';
import type { Room } from './surge.ts';

/** The nodes of one pool that have devices, taken together. */
export interface Pool {
  readonly name: string | undefined;
  readonly nodes: readonly NodeRoom[];
  /** What all its nodes say alike. */
  readonly facts: Partial<GpuFacts>;
  readonly allocatable: number;
  readonly free: number;
  readonly own: number;
  /** Each reason with the number of nodes that it concerns. */
  readonly reasons: readonly { readonly nodes: number; readonly text: string }[];
  readonly holders: readonly Holder[];
  readonly room: Room;
}

/** Nodes by pool, the pools in the order of their names. */
export function poolsOf(nodes: readonly NodeRoom[]): Pool[] {
  const byName = Map.groupBy(nodes, (node) => node.pool);
  return [...byName].map(([name, members]) => poolLike(name, members)).sort((a, b) => ((a.name ?? '~') < (b.name ?? '~') ? -1 : 1));
}

/** Pods of the service that fit anywhere. */
export function roomIn(nodes: readonly NodeRoom[]): Room {
  return { free: total(nodes, (node) => node.fits), whole: total(nodes, (node) => node.fitsAlone) };
}

function poolLike(name: string | undefined, nodes: readonly NodeRoom[]): Pool {
  return {
    name,
    nodes,
    facts: commonFacts(nodes.map((node) => node.facts)),
    allocatable: total(nodes, (node) => node.allocatable),
    free: total(nodes, (node) => node.free),
    own: total(nodes, (node) => node.own),
    reasons: reasonsOf(nodes),
    holders: mergeHolders(nodes.flatMap((node) => node.holders)),
    room: roomIn(nodes),
  };
}

/** A node that takes pods, with free devices, may still lack something else. */
function reasonsOf(nodes: readonly NodeRoom[]): { nodes: number; text: string }[] {
  const texts = nodes.flatMap((node) =>
    node.refusals.length > 0
      ? node.refusals.map((refusal: Refusal) => refusal.text)
      : node.fits === 0 && node.shortOf.length > 0
        ? [`has devices free, but no ${node.shortOf.join(' or ')}`]
        : [],
  );
  const counted = Map.groupBy(texts, (text) => text);
  return [...counted].map(([text, same]) => ({ nodes: same.length, text })).sort((a, b) => b.nodes - a.nodes);
}

function commonFacts(all: readonly GpuFacts[]): Partial<GpuFacts> {
  const [first, ...others] = all;
  const entries = Object.entries(first ?? {}) as [keyof GpuFacts, unknown][];
  return Object.fromEntries(entries.filter(([key, value]) => others.every((facts) => facts[key] === value)));
}

function mergeHolders(holders: readonly Holder[]): Holder[] {
  const byName = Map.groupBy(holders, (holder) => `${holder.namespace}/${holder.name}`);
  return [...byName.values()]
    .map((same) => ({ ...(same[0] as Holder), devices: total(same, (holder) => holder.devices) }))
    .sort((a, b) => b.devices - a.devices);
}

const total = <T>(items: readonly T[], of: (item: T) => number): number => items.reduce((sum, item) => sum + of(item), 0);
