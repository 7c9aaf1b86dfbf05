import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Problem, ProblemError, unwrap } from '@modelyard/core';
import { findEngine, inspectImage, saveImage } from '@modelyard/image';
import { askContainerd } from './containerd.ts';
import { loadIntoKind } from './kind.ts';
import { clusterNameOf } from './paths.ts';
import { findCluster } from './status.ts';
import type { ClusterChoice, ClusterState, ClusterWorld } from './types.ts';

/** An image that the node has: under its name, and pinned by the digest the node knows it by. */
export interface LoadedImage {
  readonly image: string;
  /** `docker.io/library/churn:1`, as containerd names it. */
  readonly reference: string;
  /** `docker.io/library/churn@sha256:…`, or undefined where the node keeps no such name (kind). */
  readonly pinned: string | undefined;
}

function noCluster(name: string): Problem {
  return {
    code: 'no-local-cluster',
    where: `cluster ${name}`,
    what: 'this machine runs no cluster of this name, so there is no node to bring the image to',
    remedy:
      'start it ("npx modelyard cluster up"); for a cluster elsewhere, take "delivery: load" out of its environment in modelyard.yaml',
  };
}

function noNode(name: string): Problem {
  return {
    code: 'no-node',
    where: `cluster ${name}`,
    what: 'it is a control plane alone: its nodes are simulated and run no image',
    remedy: 'pods start there without loading anything; for real containers use modelyard cluster up --mode node',
  };
}

function noImage(image: string): Problem {
  return {
    code: 'no-such-image',
    where: image,
    what: 'the Docker engine has no image of this name',
    remedy: 'build it first, for example: npx nx run churn:docker-build',
  };
}

/** Brings an image of the Docker engine into the cluster's node. Throws ProblemError. */
export async function loadImage(image: string, choice: ClusterChoice, world: ClusterWorld): Promise<LoadedImage> {
  const state = await findCluster(choice, world.env);
  if (!state) throw new ProblemError([noCluster(clusterNameOf(choice))], 'preflight');
  if (state.mode === 'control-plane') throw new ProblemError([noNode(state.name)], 'preflight');
  const engine = unwrap(await findEngine(world.env));
  if (!(await inspectImage(engine, image))) throw new ProblemError([noImage(image)]);
  if (state.mode === 'kind') {
    await loadIntoKind(state, image, world);
    return { image, reference: image, pinned: undefined };
  }
  const folder = await mkdtemp(join(tmpdir(), 'modelyard-image-'));
  try {
    world.log(`saving ${image} from the Docker engine`);
    const archive = join(folder, 'image.tar');
    await saveImage(engine, image, archive);
    return await importArchive(archive, image, state, world);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const IMPORT_SECONDS = 600;

/** Brings an image archive, as `docker save` writes it, into the node. */
export async function importArchive(archive: string, image: string, state: ClusterState, world: ClusterWorld): Promise<LoadedImage> {
  world.log(`importing ${image} into node ${state.nodes[0]}`);
  await askContainerd(['images', 'import', archive], world.env, IMPORT_SECONDS);
  const reference = fullReference(image);
  const digest = digestIn(await askContainerd(['images', 'list', `name==${reference}`], world.env));
  const pinned = digest && `${withoutTag(reference)}@${digest}`;
  if (pinned) await askContainerd(['images', 'tag', '--force', reference, pinned], world.env);
  world.log(`${reference} is on the node${digest ? ` as ${digest}` : ''}`);
  return { image, reference, pinned };
}

const withoutTag = (reference: string): string => reference.replace(/:[^:/]+$/, '');

const digestIn = (table: string): string | undefined => /sha256:[0-9a-f]{64}/.exec(table)?.[0];

/** The image's name as containerd writes it: with the registry, the library and the tag that Docker leaves out. */
export function fullReference(image: string): string {
  const [first = '', ...rest] = image.split('/');
  const hasRegistry = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const path = hasRegistry ? image : `docker.io/${rest.length === 0 ? 'library/' : ''}${image}`;
  const lastPart = path.slice(path.lastIndexOf('/'));
  return /[:@]/.test(lastPart) ? path : `${path}:latest`;
}
