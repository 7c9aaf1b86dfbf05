import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Cluster } from './cluster/index.ts';
import { deployService } from './deploy.ts';
import type { DeployRequest } from './deploy-request.ts';
import { type Lease, leaseRef } from './lock/index.ts';
import { recordingWorld, requestFor } from './testing/api.ts';
import { bundleDeploy, type DeployProgram } from './testing/child.ts';
import { type RandomNumbers, randomNumbers } from './testing/random.ts';
import { standingIn, throughNothing } from './testing/standing.ts';

/** How many kills; MODELYARD_KILL_SEED repeats those of another run. */
const MOMENTS = Number(process.env.MODELYARD_KILL_MOMENTS ?? 200);
const SEED = Number(process.env.MODELYARD_KILL_SEED ?? Math.floor(Math.random() * 2 ** 31));
/** A process is killed at once in every namespace of these, so that the waits for dead locks overlap. */
const LANES = 8;
/** Events of an update before the last one, and about the longest time between two of them. */
const EVENTS = 8;
const LONGEST_STEP_MS = 150;
/** Long enough to be renewed on a busy machine; of a process that was killed, the test shortens what is left of it. */
const LEASE_SECONDS = 20;
const DEAD_LEASE_SECONDS = 1;

let program: DeployProgram;
beforeAll(async () => {
  program = await bundleDeploy();
});
afterAll(() => program.remove());

/** The event after which each killed process had nothing more to say. */
const lastEvents: string[] = [];

const requestOf = (namespace: string, turn: number) =>
  requestFor(namespace, { deploy: { env: { TURN: String(turn) } } }, { image: { ref: `churn:${turn}`, id: `sha256:${turn}` } });

/** Kills a deploy at a moment of its life, carries on with another one, and looks at what is there. */
async function killAndCarryOn(cluster: Cluster, namespace: string, turn: number, random: RandomNumbers): Promise<void> {
  const request = requestOf(namespace, turn);
  const world = { ...recordingWorld(), connect: async () => cluster };
  const child = program.start(request, LEASE_SECONDS);
  await child.heard(1 + Math.floor(random() * EVENTS));
  await sleep(random() * LONGEST_STEP_MS);
  child.process.kill('SIGKILL');
  await child.ended;
  lastEvents.push(child.events.at(-1) ?? 'nothing');
  await shortenDeadLease(cluster, request);
  const carriedOn = await deployService({ ...request, lockWaitSeconds: 60 }, world);
  expect(carriedOn.outcome).toBe('deployed');
  // When the work was done already, nobody took the dead lock over; its time is up soon.
  const wanted = { isAsWanted: true, serving: `churn:${turn}`, ready: 1, holder: undefined, revisions: Math.min(10, turn) };
  await expect.poll(() => standingIn(cluster, request), { message: `${namespace}, turn ${turn}` }).toEqual(wanted);
}

/** Only the server's clock ends a dead lock; nobody wants to wait for it two hundred times. */
async function shortenDeadLease(cluster: Cluster, request: DeployRequest): Promise<void> {
  const lease = (await cluster.read(leaseRef(request.service, request.environment.namespace))) as Lease | undefined;
  if (lease?.spec?.holderIdentity) await cluster.replace({ ...lease, spec: { ...lease.spec, leaseDurationSeconds: DEAD_LEASE_SECONDS } });
}

async function killInLane(lane: number): Promise<void> {
  const namespace = `killed-${lane}`;
  const random = randomNumbers(SEED + lane);
  await throughNothing(requestOf(namespace, 0), async (cluster) => {
    const kept = { ...cluster, close: async () => undefined };
    for (let turn = 1; turn <= MOMENTS / LANES; turn++) await killAndCarryOn(kept, namespace, turn, random);
  });
}

test(`a deploy that is killed at any of ${MOMENTS} moments (seed ${SEED}) is carried on by the next one`, {
  timeout: 900_000,
}, async () => {
  await Promise.all(Array.from({ length: LANES }, (_, lane) => killInLane(lane)));
  const counts = Object.entries(Object.groupBy(lastEvents, (event) => event)).map(([event, all]) => `${event} ${all?.length}`);
  console.log(`killed after: ${counts.join(', ')}`);
  expect(lastEvents.length).toBe(MOMENTS);
});
