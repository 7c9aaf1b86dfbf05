import { join } from 'node:path';
import { unwrap } from '@modelyard/core';
import { buildImage, buildSecrets, type DockerEngine } from '@modelyard/image';
import { type PythonWorld, runModule, type ServiceFolder, setUpEnvironment } from '@modelyard/python';
import { diskSink, scaffoldService } from '@modelyard/standards';
import { type GivenAnswers, parseModelServiceAnswers } from '@modelyard/templates';

const { PYTHONDONTWRITEBYTECODE: _, ...ENVIRONMENT } = process.env;

/** What a Python of the journeys needs from the world. */
export const pythonWorld = (workspace: string): PythonWorld => ({
  workspace,
  env: ENVIRONMENT,
  isWindows: false,
  log: (line) => console.log(line),
});

/** A service with its model, in a folder of its own below `directory`. */
export async function trainedService(directory: string, given: GivenAnswers): Promise<ServiceFolder> {
  const answers = unwrap(parseModelServiceAnswers(given, 'e2e'));
  scaffoldService(diskSink(directory), answers.name, answers);
  const service = { name: answers.name, directory: join(directory, answers.name), python: answers.python };
  const world = pythonWorld(directory);
  await setUpEnvironment(service, world);
  const code = await runModule(service, 'src.train', [], world);
  if (code !== 0) throw new Error(`training of ${service.name} ended with ${code}`);
  return service;
}

/** Builds a service's image on the base of the journeys; gives its reference and the lines of the build. */
export async function buildServiceImage(engine: DockerEngine, service: ServiceFolder): Promise<{ ref: string; lines: string[] }> {
  const { secrets, buildArgs } = buildSecrets(process.env);
  const lines: string[] = [];
  const revision = { commit: null, dirty: true, committedAt: null, remote: null };
  const request = { context: service.directory, name: service.name, revision, secrets };
  const record = await buildImage(engine, { ...request, buildArgs: { PYTHON_IMAGE: baseFor(service), ...buildArgs } }, (line) =>
    lines.push(line),
  );
  return { ref: record.ref, lines };
}

/** The base image of the journeys, for the Python of a service. */
export const baseFor = (service: ServiceFolder): string =>
  String(process.env.MODELYARD_E2E_PYTHON_IMAGE).replaceAll('{version}', service.python);
