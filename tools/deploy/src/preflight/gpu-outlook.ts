import type { Cluster } from '../cluster/index.ts';
import { isLeaving, type KubeObject } from '../kube/index.ts';
import type { Note } from '../report/index.ts';
import type { GpuDemand } from './gpu-demand.ts';
import { noGpuRoom } from './gpu-words.ts';
import { noteUnlessLasting } from './growth.ts';
import { type NodeRoom, roomOn } from './node-room.ts';
import { poolsOf, roomIn } from './pools.ts';
import { type GpuNodes, readGpuNodes } from './read-gpus.ts';
import type { PlacedPod } from './scheduling.ts';
import type { Room } from './surge.ts';

/** What the cluster's GPUs promise to a service. */
export interface GpuOutlook {
  /** Undefined where it is not known who holds the devices. */
  readonly room?: Room;
  /** Pods of the service that hold a place and stay until they are replaced. */
  readonly running: number;
  readonly free: number;
  readonly allocatable: number;
  readonly notes: readonly Note[];
}

/** Which service is looked at. */
export interface Place {
  readonly service: string;
  readonly namespace: string;
  /** Labels by which its pods are known. */
  readonly selector: Readonly<Record<string, string>>;
}

const NOTHING_KNOWN = { running: 0, free: 0, allocatable: 0 };

/** Looks at every node with devices; throws the problem when the service's pods fit on none and it was seen that no nodes will come. */
export async function lookAtGpus(cluster: Cluster, demand: GpuDemand, place: Place): Promise<GpuOutlook> {
  const gpus = await readGpuNodes(cluster, demand.resource);
  if (!gpus) return { ...NOTHING_KNOWN, notes: [unseen('list nodes')] };
  const isOwn = (pod: PlacedPod): boolean => isOf(place, pod);
  const staying = (node: string) => gpus.podsOn(node)?.filter((pod) => !isLeavingOf(place, pod));
  const rooms = gpus.nodes.map((node) => roomOn(node, demand, staying, isOwn));
  const room = roomIn(rooms);
  const running = gpus.nodes.flatMap((node) => staying(node.metadata.name) ?? []).filter(isOwn).length;
  const isShort = demand.replicas > room.whole || lacksRoomBeside(demand, room);
  const shortage = isShort ? await shortageNote(cluster, demand, place, gpus, rooms, running) : [];
  const notes = [
    ...shortage,
    ...trapNotes(rooms),
    ...sharingNotes(rooms, demand),
    ...(gpus.isUsageKnown ? [] : [unseen('list pods in all namespaces')]),
  ];
  const open = rooms.filter((node) => node.refusals.length === 0);
  return {
    running,
    notes,
    free: open.reduce((sum, node) => sum + node.free, 0),
    allocatable: open.reduce((sum, node) => sum + node.allocatable, 0),
    ...(gpus.isUsageKnown ? { room } : {}),
  };
}

/** A canary's pods find their place beside all that runs, and stay while the service takes its own. */
function lacksRoomBeside({ replicas, beside }: GpuDemand, room: Room): boolean {
  return beside > 0 && (beside > room.free || replicas + beside > room.whole);
}

function isOf({ namespace, selector }: Place, pod: KubeObject): boolean {
  const { labels = {}, namespace: home } = pod.metadata;
  return home === namespace && Object.entries(selector).every(([key, value]) => labels[key] === value);
}

/** Whether a pod is the service's own, of an earlier rollout, and leaving: its place is free in a moment, and the new pod waits for it. */
export const isLeavingOf = (place: Place, pod: KubeObject): boolean => isOf(place, pod) && isLeaving(pod);

/** No room now, in the words of each pool. */
function shortageNote(
  cluster: Cluster,
  demand: GpuDemand,
  place: Place,
  gpus: GpuNodes,
  rooms: readonly NodeRoom[],
  running: number,
): Promise<Note[]> {
  const where = `${place.service} in ns/${place.namespace}`;
  const report = { where, demand, pools: poolsOf(rooms), plainNodes: gpus.plainNodes, running, room: roomIn(rooms) };
  return noteUnlessLasting(cluster, demand, noGpuRoom(report));
}

const UNKNOWN_TO_SCHEDULER = new Set(['driver', 'capability']);

/** The scheduler knows resources and labels, not drivers: it may put a pod where the model cannot run. */
function trapNotes(rooms: readonly NodeRoom[]): Note[] {
  const traps = rooms.filter(
    (node) => node.wouldFit > 0 && node.refusals.length > 0 && node.refusals.every(({ kind }) => UNKNOWN_TO_SCHEDULER.has(kind)),
  );
  if (traps.length === 0 || traps.length === rooms.length) return [];
  return [
    {
      code: 'unfit-gpus',
      what: 'nothing keeps the pods from nodes whose GPUs do not serve them',
      remedy: 'name the nodes that do in deploy.nodeSelector',
      details: poolsOf(traps).flatMap((pool) => pool.reasons.map(({ text }) => `${pool.name ?? pool.nodes[0]?.node}: ${text}`)),
    },
  ];
}

/** A share of a GPU is neither a second GPU nor memory of one's own. */
function sharingNotes(rooms: readonly NodeRoom[], demand: GpuDemand): Note[] {
  const shared = rooms.filter((node) => node.refusals.length === 0 && node.facts.replicas > 1);
  const most = Math.max(...shared.map((node) => node.facts.replicas));
  if (shared.length === 0) return [];
  const slices =
    demand.perPod > 1
      ? [
          shareNote(
            'gpu-shares',
            `${demand.perPod} ${demand.resource} of a shared GPU are no more computing power than 1, and the device plugin may refuse the pod`,
            'ask for 1 in deploy.gpus',
          ),
        ]
      : [];
  const memory = shareNote(
    'gpu-memory-shared',
    `up to ${most} pods share the memory of one GPU, and nothing keeps them apart`,
    demand.memoryMiB ? `leave room for the others: the model needs ${demand.memoryMiB} MiB` : undefined,
  );
  return [...slices, memory];
}

const shareNote = (code: string, what: string, remedy: string | undefined): Note => ({ code, what, ...(remedy ? { remedy } : {}) });

function unseen(right: string): Note {
  return {
    code: 'gpus-unseen',
    what: `whether GPUs are free was not looked at: these credentials may not ${right}`,
    remedy:
      'an administrator may grant it: "npx modelyard deploy role --cluster | kubectl apply -f -", then a ClusterRoleBinding to modelyard-preflight',
  };
}
