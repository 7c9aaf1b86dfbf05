import type { CanarySpec, EnvironmentConfig } from '@modelyard/core';
import { type ApplySet, applySetOf, memberOf } from '../inventory/index.ts';
import { type KubeObject, type RollingUpdate, sha256Of } from '../kube/index.ts';
import type { ModelLock } from '../model-lock.ts';
import { hashOf, leaveReplicas, stampHash } from '../plan/index.ts';
import type { GpuWishes } from './gpu-wishes.ts';
import { liveWay, withRollingUpdate } from './rolling-update.ts';

/** What is to be live of a service, whether a spec or a recorded revision says so. */
export interface Release {
  readonly service: string;
  readonly environment: EnvironmentConfig;
  /** The objects as rendered. */
  readonly objects: readonly KubeObject[];
  readonly image: string;
  readonly imageId?: string;
  readonly commit?: string;
  readonly modelSha?: string;
  /** How pods are replaced, where the cluster's room chose another way than the one that was rendered. */
  readonly rollingUpdate?: RollingUpdate;
  /** The spec says how pods are replaced, and that is not chosen for it. */
  readonly asksForRollout?: boolean;
  /** What is asked of GPUs and does not stand in the pod template. */
  readonly gpuWishes?: GpuWishes;
  /** Port of the service's container. */
  readonly port: number;
  /** Longest wait for the rollout. */
  readonly timeoutSeconds: number;
  /** Whether each step of the rollout has that time, however many pods there are. */
  readonly isTimeOfStep: boolean;
  /** What the pods must serve; absent when nothing is known of the model. */
  readonly proof?: ModelLock;
  /** How it is tried beside the version that serves; absent, its pods replace those of that version one by one. */
  readonly canary?: CanarySpec;
  /** The revision that is brought back. */
  readonly rollbackTo?: number;
}

/** The controller's own deadline comes first, so that its verdict is shown rather than ours. */
const DEADLINE_MARGIN_SECONDS = 15;

/** How long a release is waited for: the time that was asked for, in all; else its controller's deadline, for each step. */
export function waitTimeOf(askedSeconds: number | undefined, deadlineSeconds: number): Pick<Release, 'timeoutSeconds' | 'isTimeOfStep'> {
  return { timeoutSeconds: askedSeconds ?? deadlineSeconds + DEADLINE_MARGIN_SECONDS, isTimeOfStep: askedSeconds === undefined };
}

const members = new WeakMap<Release, KubeObject[]>();

/** The objects as they are applied: members of the service's set, each with its own hash. Every step asks for them; they are made once. */
export function membersOf(release: Release): KubeObject[] {
  const made = members.get(release) ?? makeMembers(release);
  members.set(release, made);
  return made;
}

function makeMembers(release: Release): KubeObject[] {
  const set = applySetOf(release.service, release.environment.namespace);
  const objects = release.rollingUpdate ? withRollingUpdate(release.objects, release.rollingUpdate) : release.objects;
  return leaveReplicas(objects).map((object) => stampedMember(set, object));
}

const stamped = new WeakMap<KubeObject, { readonly set: string; readonly member: KubeObject }>();

/** Releases that differ in how pods are replaced have most of their objects in common; each is hashed once. */
function stampedMember(set: ApplySet, object: KubeObject): KubeObject {
  const known = stamped.get(object);
  if (known?.set === set.id) return known.member;
  const member = stampHash(memberOf(set, object));
  stamped.set(object, { set: set.id, member });
  return member;
}

/** The release in the way that its live Deployment has: a way that was chosen once is no difference by itself. */
export function inLiveWay(release: Release, members: readonly KubeObject[]): Release {
  const rollingUpdate = release.asksForRollout ? undefined : liveWay(release.objects, members);
  return rollingUpdate ? { ...release, rollingUpdate } : release;
}

/** sha256 over all objects of a release as rendered: how its pods are replaced makes it no other release. */
export function releaseHash(release: Release): string {
  const { rollingUpdate, ...rendered } = release;
  return sha256Of(
    membersOf(rollingUpdate ? rendered : release)
      .map(hashOf)
      .toSorted(),
  );
}
