import { DEFAULT_CONCURRENCY, deployServices, destroyService, failureOf, rollbackService, terminalWorld } from '@modelyard/deploy';
import { confirmation, requestsFor, type ServiceBody, targetsFor } from './service-options.ts';

/** Deploys services, several at a time; ends with every problem of those that failed. */
export const deploy: ServiceBody = async (names, options, session) => {
  const { terminal } = session;
  const requests = await requestsFor(names, options, session);
  const outcomes = await deployServices(requests, terminalWorld(terminal), options.concurrency ?? DEFAULT_CONCURRENCY);
  const failed = outcomes.filter((outcome) => !outcome.ok).map((outcome) => outcome.service);
  if (requests.length !== 1 && terminal.output === 'text') {
    terminal.print(`summary  ${requests.length - failed.length} of ${requests.length} services done`);
    if (failed.length > 0) terminal.print(`failed   ${failed.join(', ')}`);
  }
  const failure = failureOf(outcomes);
  if (failure) throw failure;
};

/** Brings an earlier revision of each service back. */
export const rollback: ServiceBody = async (names, options, session) => {
  const world = terminalWorld(session.terminal);
  for (const target of await targetsFor(names, options, session)) {
    await rollbackService({ ...target, ...confirmation(options), ...(options.to === undefined ? {} : { to: options.to }) }, world);
  }
};

/** Deletes the objects of each service. */
export const destroy: ServiceBody = async (names, options, session) => {
  const world = terminalWorld(session.terminal);
  for (const target of await targetsFor(names, options, session)) await destroyService({ ...target, ...confirmation(options) }, world);
};
