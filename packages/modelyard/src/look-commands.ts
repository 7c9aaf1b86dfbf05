import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ProblemError } from '@modelyard/core';
import {
  deployRole,
  diffService,
  formatDiff,
  formatHistory,
  formatLookJson,
  formatStatus,
  type KubeObject,
  lookRole,
  type Note,
  readHistory,
  readLogs,
  readStatus,
  renderManifests,
  renderRequest,
  renderYaml,
  terminalWorld,
} from '@modelyard/deploy';
import { type Options, requestsFor, type ServiceBody, targetsFor } from './service-options.ts';
import type { Session } from './session.ts';

/** Lines of each pod's log where --tail says nothing. */
export const DEFAULT_LOG_LINES = 100;

/** Prints the objects of services as YAML. */
export const render: ServiceBody = async (names, options, session) => {
  const requests = await requestsFor(names, options, session);
  writeObjects(
    requests.flatMap((request) => renderManifests(request.spec, renderRequest(request))),
    options,
    session,
  );
};

/** Prints the least Role that can deploy each service, or what preflight reads of the whole cluster. */
export const role: ServiceBody = async (names, options, session) => {
  const requests = options.cluster ? [] : await requestsFor(names, options, session);
  const roles = requests.map((request) =>
    deployRole(request.service, request.environment.namespace, renderManifests(request.spec, renderRequest(request))),
  );
  writeObjects(options.cluster ? [lookRole()] : roles, options, session);
};

/** Shows what runs of services. */
export const status: ServiceBody = async (names, options, session) => {
  const targets = await targetsFor(names, options, session);
  const services = await Promise.all(targets.map((target) => readStatus(target, terminalWorld(session.terminal))));
  show(session, { services }, services.map((service) => formatStatus(service, session.terminal)).join('\n\n'));
};

/** Shows what a deploy would change; the exit code tells whether anything would. */
export const diff: ServiceBody = async (names, options, session) => {
  const requests = await requestsFor(names, options, session);
  let isChanged = false;
  for (const request of requests) {
    const notes: Note[] = [];
    const objects = await diffService(request, terminalWorld(session.terminal), (note) => notes.push(note));
    isChanged ||= objects.length > 0;
    show(session, { service: request.service, objects, notes }, formatDiff(request.service, objects, session.terminal, notes));
  }
  if (isChanged) return 'input';
};

/** Shows the revisions of services, the latest first. */
export const history: ServiceBody = async (names, options, session) => {
  for (const target of await targetsFor(names, options, session)) {
    const revisions = await readHistory(target, terminalWorld(session.terminal));
    show(session, { service: target.service, revisions }, formatHistory(target.service, revisions, session.terminal));
  }
};

/** Prints the logs of services' pods, each line with its pod. */
export const logs: ServiceBody = async (names, options, session) => {
  const { output, print } = session.terminal;
  const question = { lines: options.tail ?? DEFAULT_LOG_LINES, previous: options.previous ?? false, follow: options.follow ?? false };
  const targets = await targetsFor(names, options, session);
  const write = (pod: string, line: string) => print(output === 'json' ? formatLookJson({ pod, line }) : `${pod} ${line}`);
  await Promise.all(targets.map((target) => readLogs({ ...target, ...question }, terminalWorld(session.terminal), write)));
};

function show({ terminal }: Session, value: object, text: string): void {
  terminal.print(terminal.output === 'json' ? formatLookJson(value) : text);
}

function writeObjects(objects: readonly KubeObject[], options: Options, session: Session): void {
  const yaml = renderYaml(objects);
  if (options.file === undefined) process.stdout.write(yaml);
  else writeText(resolve(session.cwd, options.file), yaml);
}

function writeText(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    const what = `it cannot be written: ${(error as Error).message}`;
    throw new ProblemError([
      { code: 'bad-file', where: '--file', what, remedy: 'name a file in a folder that is there and that you may write' },
    ]);
  }
}
