import type { DeploySource, EnvironmentSource, ModelSourceSpec } from './deploy-schema.ts';
import { deployOf, mergeDeploy } from './deploy-spec.ts';
import type { Problem } from './problem.ts';
import { deployFindings, type Finding } from './rules/index.ts';
import type { ServiceSource } from './service-schema.ts';
import type { YamlSource } from './yaml-source.ts';

/** Every way in which the keys of a spec contradict each other, in `deploy` or in one of its environments, with its place. */
export function specProblems(source: ServiceSource, yaml: YamlSource): Problem[] {
  const problems = [
    ...mountProblems(source.model.source, ['model', 'source'], yaml),
    ...layerProblems(source, undefined, yaml),
    ...Object.entries(source.environments ?? {}).flatMap(([name, over]) => [
      ...mountProblems(over.model?.source, ['environments', name, 'model', 'source'], yaml),
      ...layerProblems(source, [name, over], yaml),
    ]),
  ];
  // What is wrong in `deploy` is wrong in each environment that keeps it; it is told once.
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}

/** The problems of `deploy` as it holds in an environment, each at the key that is nearest to it. */
function layerProblems(source: ServiceSource, environment: [string, EnvironmentSource] | undefined, yaml: YamlSource): Problem[] {
  const [name, over] = environment ?? ['', {}];
  const merged = mergeDeploy(source.deploy ?? {}, over);
  const hasMount = (over.model?.source ?? source.model.source) !== undefined;
  const findings = [
    ...deployFindings(merged, deployOf(merged), hasMount),
    ...gpuWithoutCount(source.deploy, over, environment !== undefined),
  ];
  return findings.map(({ code, path, what, remedy }) => {
    const isOwn = environment !== undefined && depthOf(over, path) >= depthOf(source.deploy, path);
    const keys = isOwn ? ['environments', name, ...path] : ['deploy', ...path];
    return { code, where: yaml.locate(keys), what: what(keys.join('.')), remedy };
  });
}

/** A kind of GPU and none of them; an environment that takes the GPUs away need not take the kind away too. */
function gpuWithoutCount(base: DeploySource = {}, over: DeploySource, isEnvironment: boolean): Finding[] {
  const asks = isEnvironment ? over.gpu : base.gpu;
  if (asks === undefined || (over.gpus ?? base.gpus ?? 0) > 0) return [];
  const what = (key: string) => `"${key}" says which GPUs, and "gpus" is 0`;
  return [{ code: 'unused-key', path: ['gpu'], what, remedy: 'say with gpus how many each pod gets, or take gpu out' }];
}

function mountProblems(mount: ModelSourceSpec | undefined, path: readonly string[], yaml: YamlSource): Problem[] {
  const kinds = Object.keys(mount ?? {});
  if (mount === undefined || kinds.length === 1) return [];
  const what = kinds.length === 0 ? `"${path.join('.')}" names no place` : `"${path.join('.')}" names ${kinds.join(' and ')}`;
  return [{ code: 'exclusive-keys', where: yaml.locate(path), what, remedy: 'name one of: pvc, image' }];
}

/** How many keys of a path are there. */
function depthOf(value: unknown, [key, ...rest]: readonly string[]): number {
  const isThere = key !== undefined && typeof value === 'object' && value !== null && key in value;
  return isThere ? 1 + depthOf((value as Record<string, unknown>)[key], rest) : 0;
}
