import { type PreparedMachine, prepareMachine } from './prepare-machine.ts';

let machine: PreparedMachine | undefined;

/** Before the journeys: an engine and a base image. Tests find them through DOCKER_HOST and MODELYARD_E2E_PYTHON_IMAGE. */
export async function setup(): Promise<void> {
  machine = await prepareMachine(process.env, (line) => console.log(line));
  process.env.DOCKER_HOST = machine.engine.host;
  process.env.MODELYARD_E2E_PYTHON_IMAGE = machine.baseImage.pattern;
}

/** After the journeys: what was started for them ends. */
export async function teardown(): Promise<void> {
  await machine?.stop();
}
