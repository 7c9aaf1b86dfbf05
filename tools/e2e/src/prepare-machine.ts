import { join } from 'node:path';
import { cacheDirectory } from '@modelyard/cluster';
import {
  type BaseImage,
  CLUSTER_PACKAGES,
  ENGINE_PACKAGES,
  ensureBaseImage,
  ensurePackages,
  type StartedEngine,
  startEngine,
} from './machine/index.ts';

/** A machine on which images can be built and a cluster can run. */
export interface PreparedMachine {
  readonly engine: StartedEngine;
  readonly baseImage: BaseImage;
  /** The environment in which `docker` finds the engine. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ends what was started for this run. */
  stop(): Promise<void>;
}

/** Installs what is missing, starts an engine when none answers, and makes sure there is a Python base image. */
export async function prepareMachine(env: PreparedMachine['env'], log: (line: string) => void): Promise<PreparedMachine> {
  const machine = { env, log };
  await ensurePackages([...ENGINE_PACKAGES, ...CLUSTER_PACKAGES], machine);
  const engine = await startEngine(join(cacheDirectory(env), 'engine'), machine);
  try {
    const baseImage = await ensureBaseImage(engine.engine, machine);
    return { engine, baseImage, env: { ...env, DOCKER_HOST: engine.host }, stop: () => engine.stop() };
  } catch (error) {
    await engine.stop();
    throw error;
  }
}
