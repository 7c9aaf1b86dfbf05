import type { DeploySource } from '../deploy-schema.ts';
import { type DeploySpec, isOn } from '../deploy-spec.ts';
import { exclusive, type Finding, missing, unused } from './finding.ts';

/** What must hold between the keys that say how many pods there are, and how they come and go. */
export function scalingFindings(source: DeploySource, spec: DeploySpec): Finding[] {
  return [...autoscalingFindings(source), ...disruptionFindings(source, spec), ...rolloutFindings(source, spec)];
}

const AIMS = ['cpuPercent', 'memoryPercent', 'metrics', 'scaleDownStabilizationSeconds'] as const;

function autoscalingFindings({ replicas, autoscaling }: DeploySource): Finding[] {
  if (!isOn(autoscaling)) return [];
  const { minReplicas = 1, maxReplicas, metrics = [] } = autoscaling;
  const at = (...keys: string[]) => ['autoscaling', ...keys];
  const findings: Finding[] = [];
  if (replicas !== undefined) findings.push(exclusive(['replicas'], 'autoscaling', 'leave the number of pods to one of the two'));
  if (maxReplicas === undefined) findings.push(missing(at('maxReplicas'), 'add the most pods that there may be'));
  else if (minReplicas > maxReplicas) {
    const what = (key: string) => `"${key}" is ${minReplicas}, more than maxReplicas: ${maxReplicas}`;
    findings.push({ code: 'bad-range', path: at('minReplicas'), what, remedy: 'lower minReplicas, or raise maxReplicas' });
  }
  if (autoscaling.managedBy === 'external') {
    const ignored = AIMS.filter((key) => autoscaling[key] !== undefined);
    findings.push(...ignored.map((key) => unused(at(key), 'managedBy is "external"', 'say it to the autoscaler that is in charge')));
  }
  metrics.forEach(({ averageValue }, index) => {
    if (/[1-9]/.test(averageValue)) return;
    const what = (key: string) => `"${key}" is "${averageValue}"`;
    findings.push({ code: 'bad-value', path: at('metrics', String(index), 'averageValue'), what, remedy: 'expected: a quantity above 0' });
  });
  return findings;
}

/** A budget that lets no pod go stops the drain of a node for ever. */
function disruptionFindings({ disruption }: DeploySource, { replicas }: DeploySpec): Finding[] {
  if (!isOn(disruption)) return [];
  const { minAvailable, maxUnavailable } = disruption;
  const findings: Finding[] = [];
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    findings.push(exclusive(['disruption', 'minAvailable'], 'maxUnavailable', 'keep one of the two'));
  }
  if (isNone(maxUnavailable)) {
    const what = (key: string) => `"${key}" is "${maxUnavailable}": no node with a pod of the service could ever be drained`;
    findings.push({ code: 'blocked-drain', path: ['disruption', 'maxUnavailable'], what, remedy: 'let at least one pod go' });
  }
  if (minAvailable !== undefined && minAvailable >= replicas) {
    const what = (key: string) =>
      `"${key}" is ${minAvailable}, and no more than ${replicas} ${replicas === 1 ? 'pod is' : 'pods are'} there for sure: no node with one could ever be drained`;
    findings.push({
      code: 'blocked-drain',
      path: ['disruption', 'minAvailable'],
      what,
      remedy: 'lower minAvailable, or raise the number of pods',
    });
  }
  return findings;
}

function rolloutFindings({ rollout }: DeploySource, { rollout: { canary } }: DeploySpec): Finding[] {
  const findings: Finding[] = [];
  if (isNone(rollout?.maxSurge) && isNone(rollout?.maxUnavailable)) {
    const what = (key: string) => `"${key}" and "maxSurge" are both 0: no pod could ever be replaced`;
    findings.push({ code: 'stuck-rollout', path: ['rollout', 'maxUnavailable'], what, remedy: 'raise one of the two' });
  }
  canary?.steps.forEach(({ weight }, index) => {
    const before = canary.steps[index - 1]?.weight ?? 0;
    if (weight > before) return;
    const what = (key: string) => `"${key}" is ${weight}, and the step before it has ${before}`;
    findings.push({
      code: 'bad-range',
      path: ['rollout', 'canary', 'steps', String(index), 'weight'],
      what,
      remedy: 'let the weights rise',
    });
  });
  return findings;
}

const isNone = (value: number | string | undefined): boolean => value === 0 || value === '0%';
