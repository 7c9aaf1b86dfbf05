import { HEALTH_PATH, LIVE_PATH, PORT_NAME } from '@modelyard/core';

/** Time that a node may take to pull the image before its load budget starts. */
export const IMAGE_PULL_ALLOWANCE_SECONDS = 300;

export interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
  readonly periodSeconds: number;
  readonly timeoutSeconds: number;
  readonly failureThreshold: number;
}

export interface Probes {
  readonly startupProbe: Probe;
  readonly readinessProbe: Probe;
  readonly livenessProbe: Probe;
}

/**
 * All probes from one number, the longest time from start to ready. The startup probe spends it; readiness and liveness
 * begin after that, so they can be quick whatever the model's size.
 */
export function probesFor(loadBudgetSeconds: number): Probes {
  const periodSeconds = startupPeriodSeconds(loadBudgetSeconds);
  return {
    startupProbe: probe(HEALTH_PATH, periodSeconds, Math.ceil(loadBudgetSeconds / periodSeconds)),
    readinessProbe: probe(HEALTH_PATH, 5, 2),
    livenessProbe: probe(LIVE_PATH, 10, 6),
  };
}

/** The rollout may take the pull and the load, no more. */
export function progressDeadlineFor(loadBudgetSeconds: number): number {
  return IMAGE_PULL_ALLOWANCE_SECONDS + loadBudgetSeconds;
}

/** About sixty questions within the budget, from one a second to one every ten seconds. */
function startupPeriodSeconds(loadBudgetSeconds: number): number {
  return Math.min(10, Math.max(1, Math.ceil(loadBudgetSeconds / 60)));
}

function probe(path: string, periodSeconds: number, failureThreshold: number): Probe {
  return { httpGet: { path, port: PORT_NAME }, periodSeconds, timeoutSeconds: 3, failureThreshold };
}
