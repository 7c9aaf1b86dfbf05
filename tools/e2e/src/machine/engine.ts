import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ProblemError, unwrap } from '@modelyard/core';
import { type DockerEngine, findEngine } from '@modelyard/image';
import { logTail, runningPid, startDaemon, stopDaemon } from './daemon.ts';
import { type Machine, showStep } from './machine.ts';
import { hasDockerNetwork, removeDockerNetwork, removeRunFolder, unmountBelow } from './traces.ts';

/** An engine that answers; `stop` ends it when it was started for this run, and otherwise leaves it alone. */
export interface StartedEngine {
  /** What DOCKER_HOST has to be. */
  readonly host: string;
  readonly engine: DockerEngine;
  readonly origin: 'found' | 'started';
  stop(): Promise<void>;
}

interface EnginePlaces {
  /** Images and build cache: kept between runs. */
  readonly data: string;
  /** Sockets, pid files, logs: gone after `stop`. Short, because a socket's path has at most 107 characters. */
  readonly run: string;
  readonly host: string;
}

const START_TRIES = 150;
const TRY_MILLISECONDS = 200;

/** The engine that already answers here, or one of our own with its data in the folder. */
export async function startEngine(directory: string, machine: Machine): Promise<StartedEngine> {
  const found = await findEngine(machine.env);
  if (found.ok) {
    machine.log(`engine: Docker ${found.value.serverVersion} answers at ${found.value.host}`);
    return { host: found.value.host, engine: found.value, origin: 'found', stop: async () => {} };
  }
  if (process.platform !== 'linux' || process.getuid?.() !== 0) throw new ProblemError(found.problems);
  const places = placesOf(resolve(directory));
  return showStep(machine.log, `engine: an own Docker engine at ${places.host}`, () => startOwnEngine(places, machine));
}

function placesOf(directory: string): EnginePlaces {
  const run = `/run/modelyard/engine-${createHash('sha256').update(directory).digest('hex').slice(0, 8)}`;
  return { data: directory, run, host: `unix://${run}/docker.sock` };
}

async function startOwnEngine(places: EnginePlaces, machine: Machine): Promise<StartedEngine> {
  const own: Machine = { ...machine, env: { ...machine.env, DOCKER_HOST: places.host, DOCKER_CONTEXT: undefined } };
  const inUse = await ownerOf(places);
  if (inUse !== null) {
    const engine = unwrap(await findEngine(own.env));
    machine.log(`engine: shared with the run of process ${inUse}, which ends it`);
    return { host: places.host, engine, origin: 'found', stop: async () => {} };
  }
  const isLeftOver = (await runningPid(join(places.run, 'dockerd.pid'), 'dockerd')) !== null;
  await stopOwnEngine(places, own, isLeftOver);
  const hadNetwork = await hasDockerNetwork(own);
  await prepare(places);
  const stop = (): Promise<void> => stopOwnEngine(places, own, !hadNetwork);
  try {
    await launch(places, own);
    return { host: places.host, engine: await waitForEngine(places, own), origin: 'started', stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The pid of the living run that started the engine, when both still run. */
async function ownerOf(places: EnginePlaces): Promise<number | null> {
  const owner = Number.parseInt(await readFile(join(places.run, 'owner.pid'), 'utf8').catch(() => ''), 10);
  if (!(owner > 1) || owner === process.pid) return null;
  const isAlive = await readFile(`/proc/${owner}/stat`).then(
    () => true,
    () => false,
  );
  return isAlive && (await runningPid(join(places.run, 'dockerd.pid'), 'dockerd')) !== null ? owner : null;
}

async function prepare(places: EnginePlaces): Promise<void> {
  await mkdir(places.run, { recursive: true, mode: 0o700 });
  await mkdir(places.data, { recursive: true });
  await writeFile(join(places.run, 'owner.pid'), `${process.pid}\n`);
  const containerd = [
    'version = 2',
    `root = "${places.data}/containerd"`,
    `state = "${places.run}/containerd"`,
    'disabled_plugins = ["io.containerd.grpc.v1.cri"]',
    `[grpc]\naddress = "${places.run}/containerd.sock"`,
  ];
  await writeFile(join(places.run, 'containerd.toml'), `${containerd.join('\n')}\n`);
  const gc = { enabled: true, defaultKeepStorage: '12GB' };
  await writeFile(join(places.run, 'daemon.json'), JSON.stringify({ features: { buildkit: true }, builder: { gc } }));
  // An engine that has to switch forwarding on itself also sets the FORWARD policy to DROP, which cuts off the pods of a cluster.
  await writeFile('/proc/sys/net/ipv4/ip_forward', '1\n').catch(() => {});
}

async function launch({ data, run, host }: EnginePlaces, { env }: Machine): Promise<void> {
  const at = (name: string): string => join(run, name);
  // Left alone, dockerd takes any containerd it finds at the usual place: that may be the cluster's.
  const containerd = { command: 'containerd', args: ['--config', at('containerd.toml')] };
  await startDaemon({ ...containerd, pidFile: at('containerd.pid'), logFile: at('containerd.log'), env });
  const args = ['--config-file', at('daemon.json'), '--host', host, '--containerd', at('containerd.sock')];
  const roots = ['--data-root', join(data, 'docker'), '--exec-root', at('exec'), '--pidfile', at('dockerd-own.pid')];
  await startDaemon({ command: 'dockerd', args: [...args, ...roots], pidFile: at('dockerd.pid'), logFile: at('dockerd.log'), env });
}

async function waitForEngine(places: EnginePlaces, machine: Machine): Promise<DockerEngine> {
  for (let tries = 0; tries < START_TRIES; tries += 1) {
    if ((await runningPid(join(places.run, 'dockerd.pid'), 'dockerd')) === null) break;
    const found = await findEngine(machine.env);
    if (found.ok) return found.value;
    if (found.problems[0]?.code !== 'no-docker-engine') throw new ProblemError(found.problems);
    await sleep(TRY_MILLISECONDS);
  }
  const what = 'dockerd was started and does not answer; its log ends so';
  const details = await logTail(join(places.run, 'dockerd.log'));
  throw new ProblemError([
    { code: 'engine-not-up', where: places.host, what, remedy: 'mend what the log names, or start an engine yourself', details },
  ]);
}

async function stopOwnEngine(places: EnginePlaces, machine: Machine, ownNetwork: boolean): Promise<void> {
  await stopDaemon(join(places.run, 'dockerd.pid'), 'dockerd');
  await stopDaemon(join(places.run, 'containerd.pid'), 'containerd');
  await unmountBelow(places.data, machine);
  await unmountBelow(places.run, machine);
  if (ownNetwork) await removeDockerNetwork(machine);
  await removeRunFolder(places.run);
}
