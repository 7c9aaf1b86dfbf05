import { readFileSync } from 'node:fs';
import { delimiter, dirname, join, relative, resolve } from 'node:path';
import {
  chooseEnvironment,
  fail,
  MODEL_LOCK_FILE,
  parseServiceSpec,
  parseWorkspaceConfig,
  type Result,
  type ServiceSpec,
  SPEC_FILE,
  specIn,
  succeed,
  WORKSPACE_FILE,
  type WorkspaceConfig,
} from '@modelyard/core';
import { readImageRecord } from '@modelyard/image';
import type { DeployImage, DeployRequest } from './deploy-request.ts';
import { type ModelLock, parseModelLock } from './model-lock.ts';
import type { Promotion } from './promote.ts';
import type { Target } from './target.ts';

/** Which service is meant, and what the command line says about it. */
export interface ServiceQuestion {
  readonly workspaceRoot: string;
  /** Folder of the service, relative to the workspace. */
  readonly serviceRoot: string;
  /** Environment by name; left out, the default one. */
  readonly environment?: string;
  /** Variables of the process: KUBECONFIG and HOME are read. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface DeployQuestion extends ServiceQuestion {
  /** Image reference; left out, the last one built. */
  readonly image?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly timeoutSeconds?: number;
  readonly noRollback?: boolean;
  readonly lockWaitSeconds?: number;
}

/** A service's spec in one environment, from its model-service.yaml and the workspace's modelyard.yaml. */
export async function loadTarget(question: ServiceQuestion): Promise<Result<Target & { readonly spec: ServiceSpec }>> {
  const { workspaceRoot, serviceRoot, env } = question;
  const workspaceText = readText(workspaceRoot, WORKSPACE_FILE, 'run this inside a workspace; "npm create modelyard" makes one');
  const specText = readText(workspaceRoot, posix(join(serviceRoot, SPEC_FILE)), 'name the folder of a service');
  if (!workspaceText.ok || !specText.ok) return failures(workspaceText, specText);
  const config = parseWorkspace(workspaceText.value);
  const spec = parseServiceSpec(specText.value, posix(join(serviceRoot, SPEC_FILE)));
  if (!config.ok || !spec.ok) return failures(config, spec);
  const environment = chooseEnvironment(config.value, question.environment, WORKSPACE_FILE);
  if (!environment.ok) return environment;
  const { kubeconfig, ...rest } = environment.value;
  return succeed({
    service: spec.value.names.label,
    environment: kubeconfig ? { ...rest, kubeconfig: resolve(workspaceRoot, kubeconfig) } : rest,
    kubeconfigs: kubeconfigFiles(env),
    spec: specIn(spec.value, environment.value.name),
  });
}

let parsed: { readonly text: string; readonly config: Result<WorkspaceConfig> } | undefined;

/** Hundreds of services are loaded from one workspace, whose file is parsed once. */
function parseWorkspace(text: string): Result<WorkspaceConfig> {
  if (parsed?.text !== text) parsed = { text, config: parseWorkspaceConfig(text, WORKSPACE_FILE) };
  return parsed.config;
}

/** Everything that a deploy or a render needs, from the service's files; all problems together. */
export async function loadDeployRequest(question: DeployQuestion): Promise<Result<DeployRequest>> {
  const target = await loadTarget(question);
  if (!target.ok) return target;
  const { spec, service } = target.value;
  const [image, modelLock] = [await loadImage(question, service), loadModelLock(question, spec)];
  if (!image.ok || !modelLock.ok) return failures(image, modelLock);
  return succeed({ ...deployOf(target.value, modelLock.value, question), image: image.value });
}

/** Everything that a promotion needs: the service in both environments, and its model as this folder knows it. */
export async function loadPromotion(question: DeployQuestion & { readonly from: string }): Promise<Result<Promotion>> {
  const [from, to] = await Promise.all([loadTarget({ ...question, environment: question.from }), loadTarget(question)]);
  if (!from.ok || !to.ok) return failures(from, to);
  const modelLock = loadModelLock(question, to.value.spec);
  return modelLock.ok ? succeed({ from: from.value, to: deployOf(to.value, modelLock.value, question) }) : modelLock;
}

function deployOf(
  target: Target & { readonly spec: ServiceSpec },
  modelLock: ModelLock | undefined,
  question: DeployQuestion,
): Omit<DeployRequest, 'image'> {
  return {
    ...target,
    dryRun: question.dryRun ?? false,
    yes: question.yes ?? false,
    ...(modelLock ? { modelLock } : {}),
    noRollback: question.noRollback ?? false,
    ...(question.timeoutSeconds === undefined ? {} : { timeoutSeconds: question.timeoutSeconds }),
    ...(question.lockWaitSeconds === undefined ? {} : { lockWaitSeconds: question.lockWaitSeconds }),
  };
}

/** The kubeconfig files that kubectl would read, in its order. */
export function kubeconfigFiles(env: ServiceQuestion['env']): string[] {
  const named = (env.KUBECONFIG ?? '').split(delimiter).filter((file) => file !== '');
  return named.length > 0 ? named : [join(env.HOME ?? env.USERPROFILE ?? '', '.kube', 'config')];
}

const NO_IMAGE = {
  code: 'bad-image-ref',
  where: '--image',
  what: 'it is empty, and names no image',
  remedy: 'name one, or leave --image out to take the last one built',
};

async function loadImage(question: DeployQuestion, service: string): Promise<Result<DeployImage>> {
  // A variable of a pipeline that is not set: what was built last is not what was meant.
  if (question.image === '') return fail(NO_IMAGE);
  if (question.image !== undefined) return succeed({ ref: question.image });
  const record = await readImageRecord(join(question.workspaceRoot, question.serviceRoot), service);
  return record.ok
    ? record
    : fail(...record.problems.map((problem) => ({ ...problem, where: shortened(question.workspaceRoot, problem.where) })));
}

/** A service that was never trained on this machine has no lock; that is no fault of its own. */
function loadModelLock(question: DeployQuestion, spec: ServiceSpec): Result<ModelLock | undefined> {
  const file = posix(join(question.serviceRoot, dirname(spec.model.path), MODEL_LOCK_FILE));
  const text = readText(question.workspaceRoot, file, '');
  return text.ok ? parseModelLock(text.value, file) : succeed(undefined);
}

/** Of hundreds of small files, reading takes a tenth of the time that waiting for another thread to read them takes. */
function readText(root: string, file: string, remedy: string): Result<string> {
  try {
    return succeed(readFileSync(join(root, file), 'utf8'));
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return fail({ code: 'missing-file', where: file, what: 'there is no such file', remedy });
  }
}

function failures(...results: readonly Result<unknown>[]): Result<never> {
  return fail(...results.flatMap((result) => (result.ok ? [] : result.problems)));
}

const posix = (path: string): string => path.replaceAll('\\', '/');
const shortened = (root: string, file: string): string => posix(relative(root, file) || file);
