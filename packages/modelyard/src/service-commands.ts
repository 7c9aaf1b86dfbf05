import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { unwrap } from '@modelyard/core';
import {
  deployService,
  destroyService,
  formatStatus,
  loadDeployRequest,
  loadTarget,
  readStatus,
  renderManifests,
  renderRequest,
  renderYaml,
  terminalWorld,
} from '@modelyard/deploy';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Finish } from './finish.ts';
import { chooseServices, findWorkspace } from './services.ts';
import { inSession, type Session } from './session.ts';

interface Options {
  readonly environment?: string;
  readonly image?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly timeout?: number;
  readonly output?: 'text' | 'json';
  readonly file?: string;
}

/** Adds deploy, render, status and destroy. */
export function addServiceCommands(program: Command, finish: Finish): void {
  const run = (body: (names: string[], options: Options, session: Session) => Promise<void>) => async (names: string[], options: Options) =>
    finish(await inSession(options.output ?? 'text', (session) => body(names, options, session)));
  inEnvironment(
    program.command('deploy <service...>').description('deploys services one after another and proves each with its golden predictions'),
  )
    .option('--image <ref>', 'image reference; left out, the last one built')
    .option('--dry-run', 'show what would change and change nothing')
    .option('--yes', 'go on in a protected environment')
    .option('--timeout <seconds>', 'longest wait for a rollout; left out, it follows from the load budget', seconds)
    .addOption(outputOption())
    .action(run(deploy));
  inEnvironment(program.command('render <service...>').description('prints the Kubernetes objects as YAML, without a cluster'))
    .option('--image <ref>', 'image reference; left out, the last one built')
    .option('--file <file>', 'write to a file instead of the terminal')
    .action(run(render));
  inEnvironment(program.command('status <service...>').description('shows what runs of services in an environment'))
    .addOption(outputOption())
    .action(run(status));
  inEnvironment(program.command('destroy <service...>').description("deletes the services' objects from an environment"))
    .option('--yes', 'go on in a protected environment')
    .addOption(outputOption())
    .action(run(destroy));
}

async function deploy(names: string[], options: Options, session: Session): Promise<void> {
  const questions = questionsFor(names, options, session);
  // Every request is loaded before anything is sent: a fault in the last service stops the first one's deploy, too.
  const requests = (await Promise.all(questions.map(loadDeployRequest))).map((request) => unwrap(request));
  for (const request of requests) await deployService(request, terminalWorld(session.terminal));
}

async function render(names: string[], options: Options, session: Session): Promise<void> {
  const requests = (await Promise.all(questionsFor(names, options, session).map(loadDeployRequest))).map((request) => unwrap(request));
  const yaml = requests.map((request) => renderYaml(renderManifests(request.spec, renderRequest(request)))).join('');
  if (options.file === undefined) process.stdout.write(yaml);
  else writeFileSync(resolve(session.cwd, options.file), yaml);
}

async function status(names: string[], options: Options, session: Session): Promise<void> {
  const targets = (await Promise.all(questionsFor(names, options, session).map(loadTarget))).map((target) => unwrap(target));
  const services = await Promise.all(targets.map((target) => readStatus(target, terminalWorld(session.terminal))));
  const { print, output, colours } = session.terminal;
  if (output === 'json') print(JSON.stringify({ schema: 1, services }, null, 2));
  else print(services.map((service) => formatStatus(service, { colours })).join('\n\n'));
}

async function destroy(names: string[], options: Options, session: Session): Promise<void> {
  const targets = (await Promise.all(questionsFor(names, options, session).map(loadTarget))).map((target) => unwrap(target));
  for (const target of targets) await destroyService({ ...target, yes: options.yes ?? false }, terminalWorld(session.terminal));
}

function questionsFor(names: string[], options: Options, session: Session) {
  const workspaceRoot = findWorkspace(session.cwd);
  return chooseServices(workspaceRoot, names).map((serviceRoot) => ({
    workspaceRoot,
    serviceRoot,
    env: session.terminal.env,
    ...(options.environment === undefined ? {} : { environment: options.environment }),
    ...(options.image === undefined ? {} : { image: options.image }),
    ...(options.timeout === undefined ? {} : { timeoutSeconds: options.timeout }),
    dryRun: options.dryRun ?? false,
    yes: options.yes ?? false,
  }));
}

const inEnvironment = (command: Command): Command =>
  command.option('-e, --environment <name>', 'environment of modelyard.yaml; left out, its defaultEnvironment');

const outputOption = (): Option =>
  new Option('-o, --output <format>', 'text, or one JSON object a line').choices(['text', 'json']).default('text');

function seconds(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('give a number of seconds above 0');
  return value;
}
