import type { CanarySpec, EnvironmentConfig } from '@modelyard/core';
import { applySetOf, memberOf } from '../inventory/index.ts';
import { type KubeObject, sha256Of } from '../kube/index.ts';
import type { ModelLock } from '../model-lock.ts';
import { hashOf, leaveReplicas, stampHash } from '../plan/index.ts';

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
  /** Port of the service's container. */
  readonly port: number;
  /** Longest wait for the rollout. */
  readonly timeoutSeconds: number;
  /** What the pods must serve; absent when nothing is known of the model. */
  readonly proof?: ModelLock;
  /** How it is tried beside the version that serves; absent, its pods replace those of that version one by one. */
  readonly canary?: CanarySpec;
  /** The revision that is brought back. */
  readonly rollbackTo?: number;
}

/** The objects as they are applied: members of the service's set, each with its own hash. */
export function membersOf(release: Release): KubeObject[] {
  const set = applySetOf(release.service, release.environment.namespace);
  return leaveReplicas(release.objects).map((object) => stampHash(memberOf(set, object)));
}

/** sha256 over all objects of a release. */
export function releaseHash(members: readonly KubeObject[]): string {
  return sha256Of(members.map(hashOf).toSorted());
}
