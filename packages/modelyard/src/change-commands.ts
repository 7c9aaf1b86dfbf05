import {
  DEFAULT_CONCURRENCY,
  type DeployRequest,
  deployServices,
  destroyService,
  failureOf,
  promotedRequest,
  rollbackService,
  settleAll,
  terminalWorld,
  withManyWorld,
} from '@modelyard/deploy';
import { confirmation, type Options, promotionsFor, requestsFor, type ServiceBody, targetsFor } from './service-options.ts';
import type { Session } from './session.ts';

/** Deploys services, several at a time; ends with every problem of those that failed. */
export const deploy: ServiceBody = async (names, options, session) =>
  deployAll(await requestsFor(names, options, session), options, session);

/** Deploys what is live and proved in one environment to another; nothing is sent before all services were found fit for it. */
export const promote: ServiceBody = async (names, options, session) => {
  const world = terminalWorld(session.terminal);
  const requests = await settleAll((await promotionsFor(names, options, session)).map((one) => promotedRequest(one, world)));
  return deployAll(requests, options, session);
};

async function deployAll(requests: readonly DeployRequest[], options: Options, session: Session): Promise<undefined> {
  if (requests.length === 0) return tellNothing(options, session);
  const services = requests.map(({ service }) => service);
  const outcomes = await withManyWorld(session.terminal, services, (world) =>
    deployServices(requests, world, options.concurrency ?? DEFAULT_CONCURRENCY),
  );
  const failure = failureOf(outcomes);
  if (failure) throw failure;
}

function tellNothing({ affected }: Options, { terminal }: Session): undefined {
  if (terminal.output === 'text') terminal.print(`nothing  no service is ${affected ? 'affected' : 'there'}`);
}

/** Brings an earlier revision of each service back. */
export const rollback: ServiceBody = async (names, options, session) => {
  const world = terminalWorld(session.terminal);
  for (const target of await targetsFor(names, options, session)) {
    await rollbackService({ ...target, ...confirmation(options), ...(options.to === undefined ? {} : { to: Number(options.to) }) }, world);
  }
};

/** Deletes the objects of each service. */
export const destroy: ServiceBody = async (names, options, session) => {
  const world = terminalWorld(session.terminal);
  for (const target of await targetsFor(names, options, session)) await destroyService({ ...target, ...confirmation(options) }, world);
};
