import type { Problem } from '@modelyard/core';
import type { GpuDemand } from './gpu-demand.ts';
import type { RefusalKind } from './gpu-match.ts';
import type { NodeRoom } from './node-room.ts';
import type { Pool } from './pools.ts';
import type { Room } from './surge.ts';

const SHOWN_HOLDERS = 3;

/** What is known of all nodes when a service has no room. */
export interface GpuReport {
  readonly where: string;
  readonly demand: GpuDemand;
  readonly pools: readonly Pool[];
  /** Nodes without devices of any kind. */
  readonly plainNodes: number;
  readonly running: number;
  readonly room: Room;
}

/** The problem that the pods of a service fit on no nodes: each pool with its numbers, why it does not fit, and the nearest way out. */
export function noGpuRoom(report: GpuReport): Problem {
  const { demand, room, running, where } = report;
  const isOfCanary = lacksOnlyCanary(report);
  const pods = isOfCanary ? Math.max(demand.replicas, running) + demand.beside : demand.replicas;
  const wanted = `${count(pods, 'pod')} of ${demand.perPod} ${demand.resource}${pods === 1 ? '' : ' each'} ${pods === 1 ? 'is' : 'are'} wanted`;
  const canary = isOfCanary ? `, ${demand.beside} of them for the canary, beside which the others stay` : '';
  const own = running > 0 && !isOfCanary ? `, the ${running === 1 ? 'one that runs' : `${running} that run`} counted as leaving` : '';
  return {
    code: 'no-gpu-room',
    where,
    what: `${wanted}${canary}; the cluster has room for ${room.whole === 0 ? 'none' : room.whole}${own}`,
    remedy: remedyFor(report),
    details: poolLines(report),
  };
}

/** The service alone would find its places. */
const lacksOnlyCanary = ({ demand, room }: GpuReport): boolean => demand.beside > 0 && demand.replicas <= room.whole;

/** One line for each pool, the reasons below it. */
export function poolLines({ pools, plainNodes, demand }: Pick<GpuReport, 'pools' | 'plainNodes' | 'demand'>): string[] {
  const others = plainNodes > 0 ? [`${count(plainNodes, 'node')} without GPUs`] : [];
  return [...pools.flatMap((pool) => [poolLine(pool, demand), ...reasonLines(pool)]), ...others];
}

function poolLine(pool: Pool, { resource }: GpuDemand): string {
  const { product, memoryMiB, driver, capability, replicas } = pool.facts;
  const said = [
    product && (memoryMiB ? `${product} with ${memoryMiB} MiB` : product),
    driver && `driver ${driver}`,
    capability && `compute capability ${capability}`,
    replicas && replicas > 1 && `each GPU shared by ${replicas}`,
  ].filter(Boolean);
  const head = `${pool.name === undefined ? 'nodes of no named pool' : `pool ${pool.name}`} (${[count(pool.nodes.length, 'node'), ...said].join(', ')})`;
  if (pool.allocatable === 0) return head;
  const own = pool.own > 0 ? `, ${pool.own} held by this service` : '';
  return `${head}: ${pool.free} of ${pool.allocatable} ${resource} free${own}, room for ${count(pool.room.whole, 'pod')}`;
}

function reasonLines(pool: Pool): string[] {
  const reasons = pool.reasons.map(({ nodes, text }) => `  ${pool.nodes.length === 1 ? '' : `${count(nodes, 'node')}: `}${text}`);
  if (pool.holders.length === 0) return reasons;
  const shown = pool.holders.slice(0, SHOWN_HOLDERS).map(({ namespace, name, devices }) => `${name} in ns/${namespace} (${devices})`);
  const more = pool.holders.length - shown.length;
  return [...reasons, `  held by ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`];
}

/** What would make room, by the kind of reason that keeps most pods away on its own. */
function remedyFor(report: GpuReport): string {
  const { pools, demand, room, running } = report;
  const nodes = pools.flatMap((pool) => pool.nodes);
  const ways = waysToNodes(nodes, demand);
  const lower = room.whole > 0 ? `set deploy.replicas to ${room.whole}${running > 0 ? ' at most' : ''}, ` : '';
  const fewer = lacksOnlyCanary(report) ? 'go without a canary (deploy.rollout.canary.enabled: false), ' : lower;
  const most = Math.max(0, ...nodes.map((node) => node.allocatable));
  const others = [...new Set(nodes.flatMap((node) => node.offers))].sort();
  if (ways.length === 0 && most > 0 && most < demand.perPod) return tooManyPerPod(most, demand);
  if (ways.length === 0 && most === 0 && others.length > 0)
    return `no node offers ${demand.resource}: ask for ${others.join(' or ')} in deploy.gpu.resource, or add nodes that offer it`;
  if (ways.length === 0) return `${fewer}free GPUs, or add nodes that offer ${demand.resource}`;
  return `${ways.join('; or ')}; or ${fewer}free GPUs or add nodes`;
}

/** What the state of a node refuses, while the spec would take it. */
const OF_STATE: readonly RefusalKind[] = ['health', 'cordon', 'mark', 'taint'];

/** How to come to nodes that refuse the pods for one reason: first those that the spec asks for, then others where they have more room. */
function waysToNodes(nodes: readonly NodeRoom[], demand: GpuDemand): string[] {
  const blocked = nodes.filter((node) => node.wouldFit > 0 && (isBlockedOnce(node) || isOfState(node)));
  const ways = [...Map.groupBy(blocked, (node) => kindsOf(node).join(' '))]
    .map(([, members]) => ({ members, pods: members.reduce((sum, node) => sum + node.wouldFit, 0) }))
    .sort((a, b) => b.pods - a.pods);
  const near = ways.filter(({ members }) => members.every(isOfState));
  const other = ways.find((way) => !near.includes(way));
  const nearPods = near.reduce((sum, { pods }) => sum + pods, 0);
  const shown = other && other.pods > nearPods ? [...near, other] : near;
  return shown.map(({ members, pods }) => {
    const steps = kindsOf(members[0] as NodeRoom).map((kind) => WAYS[kind](members, demand));
    return `${steps.join(' and ').replace(' and if ', ' and, if ')}: room for ${count(pods, 'more pod')}`;
  });
}

const kindsOf = (node: NodeRoom): RefusalKind[] => [...new Set(node.refusals.map(({ kind }) => kind))];
const isOfState = (node: NodeRoom): boolean => node.refusals.length > 0 && kindsOf(node).every((kind) => OF_STATE.includes(kind));

/** No node has as many devices as one pod asks for, however empty it is. */
const tooManyPerPod = (most: number, { perPod, resource }: GpuDemand): string =>
  `set deploy.gpus to ${most}${most > 1 ? ' at most' : ''}, or add nodes with ${perPod} ${resource} each`;

/** One refusal alone stands between the node and a pod. */
const isBlockedOnce = (node: NodeRoom): boolean => kindsOf(node).length === 1;

const WAYS: Readonly<Record<RefusalKind, (nodes: readonly NodeRoom[], demand: GpuDemand) => string>> = {
  health: (nodes) => `bring ${named(nodes)} back (its nodes are not ready)`,
  cordon: (nodes) => `uncordon ${named(nodes)} ("kubectl uncordon")`,
  mark: (nodes) => `mend what ${named(nodes)} is marked for ("kubectl describe nodes" says it)`,
  taint: (nodes) =>
    `if ${named(nodes)} may be used, tolerate ${poolNames(nodes).length === 1 ? 'its taint' : 'their taints'} in deploy.tolerations`,
  labels: (nodes) => `widen deploy.nodeSelector to take in ${named(nodes)}`,
  affinity: (nodes) => `label ${named(nodes)} as GPU feature discovery does, or ask for less in deploy.gpu`,
  resource: (_nodes, demand) => `ask for another resource than ${demand.resource} in deploy.gpu`,
  driver: (nodes, { cuda }) => `update the driver of ${named(nodes)} to ${cuda?.minDriver} or newer, or build for an older CUDA`,
  capability: (nodes) => `build with a version of the framework that has code for the GPUs of ${named(nodes)}`,
  memory: (nodes) => `lower deploy.gpu.memoryMiB to what the GPUs of ${named(nodes)} have`,
  product: (nodes) => `add the GPUs of ${named(nodes)} to deploy.gpu.products`,
};

const poolNames = (nodes: readonly NodeRoom[]): string[] => [...new Set(nodes.map((node) => node.pool ?? `node ${node.node}`))];

/** `pool a10`, or `node gpu-1`, or `pools a10, t4`. */
function named(nodes: readonly NodeRoom[]): string {
  return poolNames(nodes)
    .map((name) => (name.startsWith('node ') ? name : `pool ${name}`))
    .join(', ');
}

/** `1 pod`, `2 pods`. */
export const count = (amount: number, thing: string): string => `${amount} ${thing}${amount === 1 ? '' : 's'}`;
