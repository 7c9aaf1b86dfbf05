import { ProblemError } from '@modelyard/core';
import { type Cluster, readAllowed } from '../cluster/index.ts';
import { isLeaving, type KubeObject, RESOURCES } from '../kube/index.ts';
import type { Note } from '../report/index.ts';
import type { SchedulingSpec } from './scheduling.ts';

/** Which pods want the volume of a claim. */
export interface ClaimQuestion {
  readonly where: string;
  readonly namespace: string;
  readonly pod: SchedulingSpec;
  /** As many as there may be at once, without those that a rollout adds. */
  readonly pods: number;
}

/** What the claim of a model promises to the pods. */
export interface ClaimOutlook {
  readonly notes: readonly Note[];
  readonly hold?: Hold;
}

/** Why an old pod has to leave before a new one can mount the volume. */
export interface Hold {
  readonly because: string;
  /** Always; else only where the new pod comes to another node. */
  readonly isCertain: boolean;
}

interface Claim extends KubeObject {
  readonly spec?: { readonly accessModes?: readonly string[] };
  readonly status?: { readonly phase?: string };
}

const NOTHING: ClaimOutlook = { notes: [] };

/** Looks at the claim that the pods name; throws when they can never all mount its volume. One that is missing may still come. */
export async function lookAtClaim(cluster: Cluster, question: ClaimQuestion): Promise<ClaimOutlook> {
  const name = claimOf(question.pod);
  if (name === undefined) return NOTHING;
  const { apiVersion, kind } = RESOURCES.PersistentVolumeClaim;
  const ref = { apiVersion, kind, name, namespace: question.namespace };
  const { value, isForbidden } = await readAllowed(cluster.read(ref));
  if (isForbidden) return { notes: [unseen(name)] };
  const claim = value as Claim | undefined;
  const wrong = claim ? troubleOf(claim, name) : missing(name);
  const modes = claim?.spec?.accessModes ?? [];
  const shared = modes.filter((mode) => mode === 'ReadOnlyMany' || mode === 'ReadWriteMany');
  const notes = wrong ? [wrong] : [];
  if (!claim || shared.length > 0) return { notes };
  const onePod = modes.includes('ReadWriteOncePod');
  if (onePod && question.pods > 1) throw new ProblemError([forOnePod(name, question)], 'preflight');
  if (question.pods > 1) return { notes: [...notes, forOneNode(name, question.pods)] };
  const because = onePod ? `one pod at a time may use claim "${name}"` : `claim "${name}" can be mounted on one node at a time`;
  return { notes, hold: { because, isCertain: onePod } };
}

/** The most pods that an autoscaler may make of it; none where there is no autoscaler of ours. */
export function mostPods(objects: readonly KubeObject[]): number {
  const autoscaler = objects.find(({ kind }) => kind === RESOURCES.HorizontalPodAutoscaler.kind);
  return (autoscaler?.spec as { maxReplicas?: number } | undefined)?.maxReplicas ?? 0;
}

/** The claim whose volume the pods of an object mount. */
export const claimIn = ({ spec }: KubeObject): string | undefined =>
  claimOf((spec as { template?: { spec?: SchedulingSpec } } | undefined)?.template?.spec ?? {});

const claimOf = ({ volumes = [] }: SchedulingSpec): string | undefined =>
  volumes.find((volume) => volume.persistentVolumeClaim)?.persistentVolumeClaim?.claimName;

function troubleOf(claim: Claim, name: string): Note | undefined {
  const remedy = 'the pods wait for it: restore the volume, or name another claim in model.source.pvc';
  if (isLeaving(claim)) return { code: 'claim-leaving', what: `claim "${name}" is being deleted, and no new pod may use it`, remedy };
  return claim.status?.phase === 'Lost' ? { code: 'claim-lost', what: `claim "${name}" has lost its volume`, remedy } : undefined;
}

const missing = (name: string): Note => ({
  code: 'claim-missing',
  what: `the pods ask for claim "${name}", which is not in the namespace; they wait for it a minute`,
  remedy: 'create the claim, or mend model.source.pvc in model-service.yaml',
});

const unseen = (name: string): Note => ({
  code: 'claim-unseen',
  what: `claim "${name}" was not looked at: these credentials may not get persistentvolumeclaims`,
  remedy: 'the Role that "npx modelyard deploy role" prints has this right',
});

const forOneNode = (name: string, pods: number): Note => ({
  code: 'claim-of-one-node',
  what: `claim "${name}" is ReadWriteOnce: up to ${pods} pods want it, and those on a second node cannot mount it`,
  remedy: 'take a claim that is ReadOnlyMany or ReadWriteMany, or one pod',
});

const forOnePod = (name: string, { where, pods }: ClaimQuestion) => ({
  code: 'claim-of-one-pod',
  where,
  what: `claim "${name}" is ReadWriteOncePod, and up to ${pods} pods want it: the others would never start`,
  remedy: 'take a claim that is ReadOnlyMany or ReadWriteMany, or one pod: deploy.replicas or autoscaling.maxReplicas of 1, and no canary',
});
