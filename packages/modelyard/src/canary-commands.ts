import { abortCanary, formatCanary, formatLookJson, promoteCanary, readCanary, terminalWorld } from '@modelyard/deploy';
import type { Command } from 'commander';
import {
  confirmation,
  inEnvironment,
  type Options,
  ofImage,
  ofMany,
  outputOption,
  requestsFor,
  type ServiceBody,
  seconds,
  targetsFor,
  withLock,
} from './service-options.ts';

type Run = (body: ServiceBody) => (names: string[], options: Options) => Promise<void>;

/** Adds the commands by which people look at a canary and end it. */
export function addCanaryCommands(program: Command, run: Run): void {
  const canary = program.command('canary').description('looks at the canary of a service, promotes it or aborts it');
  ofMany(inEnvironment(canary.command('status [service...]').description('shows which part of the requests the canaries of services get')))
    .addOption(outputOption())
    .action(run(status));
  withLock(
    ofImage(
      inEnvironment(canary.command('promote <service...>').description('skips the steps that are left; the pods are proved all the same')),
    ),
  )
    .option('--timeout <seconds>', 'longest wait for a rollout; left out, it follows from the load budget', seconds)
    .addOption(outputOption())
    .action(run(promote));
  withLock(
    inEnvironment(
      canary.command('abort <service...>').description('sends all requests to the version that served before, and deletes the canary'),
    ),
  )
    .option('--timeout <seconds>', 'longest wait for the version that served before', seconds)
    .addOption(outputOption())
    .action(run(abort));
}

const status: ServiceBody = async (names, options, { terminal, ...session }) => {
  const targets = await targetsFor(names, options, { ...session, terminal });
  const services = await Promise.all(targets.map((target) => readCanary(target, terminalWorld(terminal))));
  terminal.print(terminal.output === 'json' ? formatLookJson({ services }) : services.map(formatCanary).join('\n'));
};

const promote: ServiceBody = async (names, options, session) => {
  for (const request of await requestsFor(names, options, session)) await promoteCanary(request, terminalWorld(session.terminal));
};

const abort: ServiceBody = async (names, options, session) => {
  for (const target of await targetsFor(names, options, session)) {
    await abortCanary({ ...target, ...confirmation(options) }, terminalWorld(session.terminal));
  }
};
