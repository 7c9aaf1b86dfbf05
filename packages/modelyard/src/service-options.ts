import { type ExitName, ProblemError, type Result, unwrap } from '@modelyard/core';
import {
  type DeployQuestion,
  type DeployRequest,
  loadDeployRequest,
  loadPromotion,
  loadTarget,
  type Promotion,
  settleAll,
} from '@modelyard/deploy';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { affectedServices, chooseServices, findWorkspace, listServices, type Services } from './services.ts';
import type { Session } from './session.ts';

/** The options of the service commands together; each command reads its own. */
export interface Options {
  readonly environment?: string;
  readonly from?: string;
  readonly image?: string;
  readonly all?: boolean;
  readonly affected?: boolean;
  readonly base?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly timeout?: number;
  readonly rollback?: boolean;
  readonly waitForLock?: number;
  readonly concurrency?: number;
  readonly output?: 'text' | 'json';
  readonly file?: string;
  readonly cluster?: boolean;
  /** Number of a revision; of a promotion, the environment that it goes to. */
  readonly to?: number | string;
  readonly follow?: boolean;
  readonly previous?: boolean;
  readonly tail?: number;
}

/** A named command's body: the services asked for, its options and where it runs. */
export type ServiceBody = (names: readonly string[], options: Options, session: Session) => Promise<ExitName | undefined>;

export const inEnvironment = (command: Command): Command =>
  command.option('-e, --environment <name>', 'environment of modelyard.yaml; left out, its defaultEnvironment');

/** Lets a command take all services, or those that Nx calls affected, in place of names. */
export const ofMany = (command: Command): Command =>
  command
    .option('--all', 'every service of the workspace')
    .option('--affected', 'the services that Nx calls affected')
    .option('--base <commit>', 'commit to compare with for --affected; left out, what Nx takes');

export const ofImage = (command: Command): Command => command.option('--image <ref>', 'image reference; left out, the last one built');

export const withLock = (command: Command): Command =>
  command
    .option('--yes', 'go on in a protected environment')
    .option('--wait-for-lock <seconds>', 'wait this long for another deploy to end; left out, not at all', seconds);

export const outputOption = (): Option =>
  new Option('-o, --output <format>', 'text, or one JSON object a line').choices(['text', 'json']).default('text');

/** A number of seconds above 0. */
export function seconds(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('give a number of seconds above 0');
  return value;
}

/** A whole number from 1. */
export function positive(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('give a whole number from 1');
  return Number(text);
}

/** What a command that changes a cluster was allowed, and how long it waits. */
export const confirmation = ({ yes, timeout, waitForLock }: Options) => ({
  yes: yes ?? false,
  ...(timeout === undefined ? {} : { timeoutSeconds: timeout }),
  ...(waitForLock === undefined ? {} : { lockWaitSeconds: waitForLock }),
});

/**
 * What a deploy of each service needs; all are loaded before anything is sent, so that a fault in the last one stops the first, too. The problems of
 * all services are told together.
 */
export async function requestsFor(names: readonly string[], options: Options, session: Session): Promise<DeployRequest[]> {
  return loadEach(await questionsFor(names, options, session), loadDeployRequest);
}

/** Each service asked for, in its environment. */
export async function targetsFor(names: readonly string[], options: Options, session: Session) {
  return loadEach(await questionsFor(names, options, session), loadTarget);
}

/** Each service asked for, in the environment that it comes from and in the one that it goes to. */
export async function promotionsFor(names: readonly string[], options: Options, session: Session): Promise<Promotion[]> {
  const from = options.from ?? '';
  const { to, ...rest } = options;
  const questions = await questionsFor(names, { ...rest, environment: String(to) }, session);
  return loadEach(questions, (question) => loadPromotion({ ...question, from }));
}

const loadEach = <T>(questions: readonly DeployQuestion[], load: (question: DeployQuestion) => Promise<Result<T>>): Promise<T[]> =>
  settleAll(questions.map(async (question) => unwrap(await load(question))));

async function questionsFor(names: readonly string[], options: Options, session: Session): Promise<DeployQuestion[]> {
  const workspaceRoot = findWorkspace(session.cwd);
  const services = listServices(workspaceRoot);
  const chosen = await choose(workspaceRoot, services, names, options);
  return chooseServices(workspaceRoot, services, chosen).map((serviceRoot) => ({
    workspaceRoot,
    serviceRoot,
    env: session.terminal.env,
    ...(options.environment === undefined ? {} : { environment: options.environment }),
    ...(options.image === undefined ? {} : { image: options.image }),
    ...(options.timeout === undefined ? {} : { timeoutSeconds: options.timeout }),
    ...(options.waitForLock === undefined ? {} : { lockWaitSeconds: options.waitForLock }),
    noRollback: options.rollback === false,
    dryRun: options.dryRun ?? false,
    yes: options.yes ?? false,
  }));
}

async function choose(
  workspace: string,
  services: Services,
  names: readonly string[],
  { all, affected, base }: Options,
): Promise<readonly string[]> {
  const ways = [names.length > 0, all === true, affected === true].filter(Boolean).length;
  const known = [...services.keys()];
  if (ways !== 1) throw unclearChoice(workspace, known, ways);
  if (all) return known;
  return affected ? affectedServices(workspace, services, base) : [...new Set(names)];
}

const unclearChoice = (workspace: string, known: readonly string[], ways: number): ProblemError =>
  new ProblemError([
    {
      code: 'which-services',
      where: workspace,
      what: ways === 0 ? 'no service is named' : 'names, --all and --affected do not go together',
      remedy: `give names (known: ${known.join(', ') || 'none'}), or --all, or --affected`,
    },
  ]);
