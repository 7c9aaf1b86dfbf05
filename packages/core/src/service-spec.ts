import { DEFAULT_PORT, type PythonVersion } from './contract.ts';
import type { EnvironmentSource, ModelSourceSpec } from './deploy-schema.ts';
import { DEPLOY_DEFAULTS, type DeploySpec, deployOf, mergeDeploy } from './deploy-spec.ts';
import type { Framework } from './frameworks.ts';
import { fail, type Problem, type Result, succeed } from './problem.ts';
import { DEFAULT_MARGIN, LOWER_IS_BETTER, type QualityGate } from './quality-gate.ts';
import { schemaProblems } from './schema-problems.ts';
import { parseServiceName, type ServiceNames } from './service-name.ts';
import { type CudaSpec, type EvaluateSource, ServiceSchema, type ServiceSource } from './service-schema.ts';
import { specProblems } from './spec-rules.ts';
import { parseYamlSource } from './yaml-source.ts';

/** A service as the rest of Modelyard sees it: names derived, defaults filled in. */
export interface ServiceSpec {
  readonly names: ServiceNames;
  readonly owner: string;
  readonly python: PythonVersion;
  readonly framework: Framework;
  readonly accelerator: 'cpu' | 'cuda';
  /** What a GPU node must offer; absent: the image is for a CPU, or nothing is known. */
  readonly cuda?: CudaSpec;
  readonly model: { readonly path: string; readonly loadBudgetSeconds: number; readonly source?: ModelMount };
  /** Left out: models are measured, and none is refused. */
  readonly evaluate?: QualityGate;
  readonly serve: { readonly port: number; readonly workers: number };
  readonly deploy: DeploySpec;
  /** What holds in each environment that says something of its own. */
  readonly environments: Readonly<Record<string, EnvironmentSpec>>;
}

/** Where a model comes from that is not in the image. */
export type ModelMount =
  | { readonly from: 'pvc'; readonly claim: string; readonly subPath?: string }
  | { readonly from: 'image'; readonly reference: string; readonly subPath?: string };

/** What an environment changes: the whole of it, differences merged. */
export type EnvironmentSpec = Pick<ServiceSpec, 'deploy' | 'model'>;

/** What holds where model-service.yaml says nothing. */
export const SPEC_DEFAULTS = {
  owner: 'unowned',
  accelerator: 'cpu',
  loadBudgetSeconds: 60,
  workers: 1,
  deploy: DEPLOY_DEFAULTS,
} as const;

/** Parses the text of a model-service.yaml; all its problems together, each with line and column. */
export function parseServiceSpec(text: string, file: string): Result<ServiceSpec> {
  const source = parseYamlSource(text, file);
  if (!source.ok) return source;
  const problems: Problem[] = schemaProblems(ServiceSchema, source.value);
  const given = source.value.value as Partial<ServiceSource> | null;
  const names = parseServiceName(given?.name, source.value.locate(['name']));
  if (!names.ok && given?.name !== undefined) problems.push(...names.problems);
  if (problems.length === 0) problems.push(...specProblems(given as ServiceSource, source.value));
  if (problems.length > 0 || !names.ok) return fail(...problems);
  return succeed(specOf(given as ServiceSource, names.value));
}

function specOf(source: ServiceSource, names: ServiceNames): ServiceSpec {
  const inEnvironments = Object.entries(source.environments ?? {}).map(([name, over]) => [name, environmentOf(source, over)]);
  return {
    names,
    owner: source.owner ?? SPEC_DEFAULTS.owner,
    python: source.python as PythonVersion,
    framework: source.framework as Framework,
    accelerator: (source.accelerator as ServiceSpec['accelerator']) ?? SPEC_DEFAULTS.accelerator,
    ...(source.cuda ? { cuda: source.cuda } : {}),
    ...(source.evaluate ? { evaluate: gateOf(source.evaluate) } : {}),
    serve: { port: source.serve?.port ?? DEFAULT_PORT, workers: source.serve?.workers ?? SPEC_DEFAULTS.workers },
    ...environmentOf(source, {}),
    environments: Object.fromEntries(inEnvironments),
  };
}

function environmentOf(source: ServiceSource, over: EnvironmentSource): EnvironmentSpec {
  const { path, loadBudgetSeconds = SPEC_DEFAULTS.loadBudgetSeconds } = source.model;
  const mount = mountOf(over.model?.source ?? source.model.source);
  return {
    model: { path, loadBudgetSeconds, ...(mount ? { source: mount } : {}) },
    deploy: deployOf(mergeDeploy(source.deploy ?? {}, over)),
  };
}

function mountOf({ pvc, image }: ModelSourceSpec = {}): ModelMount | undefined {
  if (pvc) return { from: 'pvc', ...pvc };
  return image ? { from: 'image', ...image } : undefined;
}

function gateOf(source: EvaluateSource): QualityGate {
  const { metric, threshold, margin = DEFAULT_MARGIN } = source;
  return { metric, threshold, margin, lowerIsBetter: source.lowerIsBetter ?? LOWER_IS_BETTER[metric] ?? false };
}

/** The spec as it holds in one environment. */
export function specIn(spec: ServiceSpec, environment: string): ServiceSpec {
  return { ...spec, ...spec.environments[environment] };
}
