import { inspectImage } from '@modelyard/image';
import { STAND_IN_LABEL } from './machine/index.ts';
import { type PreparedMachine, prepareMachine } from './prepare-machine.ts';

let machine: PreparedMachine | undefined;

/** Before the journeys: an engine and a base image. Tests find them through DOCKER_HOST and MODELYARD_E2E_PYTHON_IMAGE. */
export async function setup(): Promise<void> {
  machine = await prepareMachine(process.env, (line) => console.log(line));
  process.env.DOCKER_HOST = machine.engine.host;
  process.env.MODELYARD_E2E_PYTHON_IMAGE = machine.baseImage.pattern;
  const base = await inspectImage(machine.engine.engine, machine.baseImage.ref);
  process.env.MODELYARD_E2E_BASE_IMAGE_ID = base?.labels[STAND_IN_LABEL] ?? base?.id ?? '';
}

/** After the journeys: what was started for them ends. */
export async function teardown(): Promise<void> {
  await machine?.stop();
}
