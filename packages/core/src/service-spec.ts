import { DEFAULT_PORT, type PythonVersion } from './contract.ts';
import type { Framework } from './frameworks.ts';
import { fail, type Problem, type Result, succeed } from './problem.ts';
import { DEFAULT_MARGIN, LOWER_IS_BETTER, type QualityGate } from './quality-gate.ts';
import { schemaProblems } from './schema-problems.ts';
import { parseServiceName, type ServiceNames } from './service-name.ts';
import { type CudaSpec, type DeploySource, type EvaluateSource, ServiceSchema, type ServiceSource } from './service-schema.ts';
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
  readonly model: { readonly path: string; readonly loadBudgetSeconds: number };
  /** Left out: models are measured, and none is refused. */
  readonly evaluate?: QualityGate;
  readonly serve: { readonly port: number; readonly workers: number };
  readonly deploy: DeploySpec;
  /** Differences by environment name, as written. */
  readonly environments: Readonly<Record<string, DeploySource>>;
}

export interface DeploySpec {
  readonly replicas: number;
  readonly resources: {
    readonly cpu: string;
    readonly memory: string;
    readonly ephemeralStorage: string;
    readonly cpuLimit?: string;
  };
  readonly gpus: number;
  readonly env: Readonly<Record<string, string>>;
  readonly secrets: readonly { readonly env: string; readonly secret: string; readonly key: string }[];
}

/** What holds where model-service.yaml says nothing. */
export const SPEC_DEFAULTS = {
  owner: 'unowned',
  accelerator: 'cpu',
  loadBudgetSeconds: 60,
  workers: 1,
  deploy: {
    replicas: 1,
    resources: { cpu: '250m', memory: '512Mi', ephemeralStorage: '256Mi' },
    gpus: 0,
    env: {},
    secrets: [],
  },
} as const;

/** Parses the text of a model-service.yaml; all its problems together, each with line and column. */
export function parseServiceSpec(text: string, file: string): Result<ServiceSpec> {
  const source = parseYamlSource(text, file);
  if (!source.ok) return source;
  const problems: Problem[] = schemaProblems(ServiceSchema, source.value);
  const given = source.value.value as Partial<ServiceSource> | null;
  const names = parseServiceName(given?.name, source.value.locate(['name']));
  if (!names.ok && given?.name !== undefined) problems.push(...names.problems);
  if (problems.length > 0 || !names.ok) return fail(...problems);
  return succeed(specOf(given as ServiceSource, names.value));
}

function specOf(source: ServiceSource, names: ServiceNames): ServiceSpec {
  return {
    names,
    owner: source.owner ?? SPEC_DEFAULTS.owner,
    python: source.python as PythonVersion,
    framework: source.framework as Framework,
    accelerator: (source.accelerator as ServiceSpec['accelerator']) ?? SPEC_DEFAULTS.accelerator,
    ...(source.cuda ? { cuda: source.cuda } : {}),
    model: {
      path: source.model.path,
      loadBudgetSeconds: source.model.loadBudgetSeconds ?? SPEC_DEFAULTS.loadBudgetSeconds,
    },
    ...(source.evaluate ? { evaluate: gateOf(source.evaluate) } : {}),
    serve: { port: source.serve?.port ?? DEFAULT_PORT, workers: source.serve?.workers ?? SPEC_DEFAULTS.workers },
    deploy: mergeDeploy(SPEC_DEFAULTS.deploy, source.deploy ?? {}),
    environments: source.environments ?? {},
  };
}

function gateOf(source: EvaluateSource): QualityGate {
  const { metric, threshold, margin = DEFAULT_MARGIN } = source;
  return { metric, threshold, margin, lowerIsBetter: source.lowerIsBetter ?? LOWER_IS_BETTER[metric] ?? false };
}

/** The spec as it holds in one environment: its differences laid over `deploy`; env variables are merged by name. */
export function specIn(spec: ServiceSpec, environment: string): ServiceSpec {
  const difference = spec.environments[environment];
  return difference ? { ...spec, deploy: mergeDeploy(spec.deploy, difference) } : spec;
}

function mergeDeploy(base: DeploySpec, over: DeploySource): DeploySpec {
  return {
    replicas: over.replicas ?? base.replicas,
    resources: { ...base.resources, ...over.resources },
    gpus: over.gpus ?? base.gpus,
    env: { ...base.env, ...over.env },
    secrets: over.secrets ?? base.secrets,
  };
}
