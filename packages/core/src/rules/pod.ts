import { MODEL_PATH_VARIABLE } from '../contract.ts';
import type { DeploySource } from '../deploy-schema.ts';
import type { DeploySpec } from '../deploy-spec.ts';
import { parseQuantity } from '../quantity.ts';
import { isReservedKey } from '../reserved-keys.ts';
import { type Finding, unused } from './finding.ts';
import { metadataMaps } from './metadata-maps.ts';
import { textFindings } from './text.ts';

/** What must hold between the keys that say what a pod is and gets. */
export function podFindings(source: DeploySource, spec: DeploySpec, hasMount: boolean): Finding[] {
  return [
    ...cpuFindings(spec),
    ...environmentFindings(spec, hasMount),
    ...textFindings(source, spec),
    ...gpuFindings(source, spec),
    ...tolerationFindings(spec),
    ...reservedFindings(source),
  ];
}

function cpuFindings({ resources: { cpu, cpuLimit } }: DeploySpec): Finding[] {
  if (cpuLimit === undefined || (parseQuantity(cpuLimit) ?? 0) >= (parseQuantity(cpu) ?? 0)) return [];
  const what = (key: string) => `"${key}" is "${cpuLimit}", less than the request of "${cpu}"`;
  return [{ code: 'bad-range', path: ['resources', 'cpuLimit'], what, remedy: 'raise cpuLimit, or lower cpu' }];
}

function environmentFindings({ env, secrets }: DeploySpec, hasMount: boolean): Finding[] {
  const findings: Finding[] = secrets.flatMap(({ env: name }, index) => {
    const path = ['secrets', String(index), 'env'];
    const first = secrets.findIndex((one) => one.env === name);
    if (first < index) return [double(path, name, `secrets.${first}`)];
    return Object.hasOwn(env, name) ? [double(path, name, 'env')] : [];
  });
  if (hasMount && Object.hasOwn(env, MODEL_PATH_VARIABLE)) {
    const path = ['env', MODEL_PATH_VARIABLE];
    findings.push(unused(path, 'the model is mounted where model.path says', 'take it out, or take model.source out'));
  }
  return findings;
}

function double(path: readonly string[], name: string, other: string): Finding {
  const what = (key: string) => `"${key}" is "${name}", which "${other}" sets too`;
  return { code: 'double-variable', path, what, remedy: 'give each variable one source' };
}

function gpuFindings({ gpu }: DeploySource, { gpus, gpu: { resource, claim } }: DeploySpec): Finding[] {
  if (gpu === undefined || gpus === 0) return [];
  const findings: Finding[] = [];
  const isShared = resource.endsWith('.shared');
  if (isShared && gpus > 1) {
    const what = () => `"gpus" is ${gpus} of the shared "${resource}"`;
    const remedy =
      'ask for 1: more time slices give no more of a GPU, they do not isolate memory, and the device plugin refuses them (failRequestsGreaterThanOne)';
    findings.push({ code: 'shared-gpus', path: ['gpus'], what, remedy });
  }
  if (isShared && claim === 'dra') {
    const what = (key: string) => `"${key}" is "${resource}", and time slices of the device plugin cannot be claimed`;
    findings.push({ code: 'exclusive-keys', path: ['gpu', 'resource'], what, remedy: 'take ".shared" off, or take claim "dra" out' });
  }
  if (claim !== 'dra' && gpu.deviceClass !== undefined) {
    findings.push(unused(['gpu', 'deviceClass'], 'claim is not "dra"', 'add claim: dra, or take it out'));
  }
  return findings;
}

function tolerationFindings({ tolerations }: DeploySpec): Finding[] {
  return tolerations.flatMap(({ key, operator = 'Equal', value, effect, tolerationSeconds }, index) => {
    const at = (name: string) => ['tolerations', String(index), name];
    const findings: Finding[] = [];
    if (key === undefined && operator !== 'Exists') {
      const what = (name: string) => `"${name}" is missing, and operator is not "Exists"`;
      findings.push({ code: 'missing-key', path: at('key'), what, remedy: 'name the key of the taint' });
    }
    if (operator === 'Exists' && value !== undefined) findings.push(unused(at('value'), 'operator is "Exists"', 'take it out'));
    if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
      findings.push(unused(at('tolerationSeconds'), 'effect is not "NoExecute"', 'add effect: NoExecute, or take it out'));
    }
    return findings;
  });
}

function reservedFindings(source: DeploySource): Finding[] {
  return metadataMaps(source).flatMap(([path, map = {}]) =>
    Object.keys(map)
      .filter(isReservedKey)
      .map((key) => ({
        code: 'reserved-key',
        path: [...path, key],
        what: (name: string) => `"${name}" is set by Modelyard or Kubernetes themselves`,
        remedy: 'choose a key with a prefix of your own',
      })),
  );
}
