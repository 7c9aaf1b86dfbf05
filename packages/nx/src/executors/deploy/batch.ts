import { formatProblems } from '@modelyard/core';
import { deployServices, loadDeployRequest, type ServiceOutcome, terminalWorld } from '@modelyard/deploy';
import type { ExecutorContext, TaskGraph } from '@nx/devkit';
import { projectNamed } from '../../project.ts';
import { executorTerminal } from '../../terminal.ts';
import { type DeployOptions, deployQuestionOf } from './deploy-options.ts';

type Results = Record<string, { success: boolean; terminalOutput: string }>;

/**
 * `nx run-many -t deploy` in one process and through one connection to each cluster. A service whose files have problems is
 * a failed task; the others are deployed.
 */
export default async function deployBatch(
  taskGraph: TaskGraph,
  options: Record<string, DeployOptions>,
  overrides: DeployOptions,
  context: ExecutorContext,
): Promise<Results> {
  const results: Results = {};
  const taskOf = new Map<string, string>();
  const requests = [];
  for (const [id, task] of Object.entries(taskGraph.tasks)) {
    const project = projectNamed(task.target.project, context);
    const request = await loadDeployRequest(deployQuestionOf(project, { ...options[id], ...overrides }));
    if (request.ok) {
      requests.push(request.value);
      taskOf.set(request.value.service, id);
    } else results[id] = { success: false, terminalOutput: formatProblems(request.problems) };
  }
  const outcomes = await deployServices(requests, terminalWorld(executorTerminal()));
  for (const outcome of outcomes) results[taskOf.get(outcome.service) as string] = resultOf(outcome);
  const failures = Object.values(results).flatMap(({ success, terminalOutput }) => (success ? [] : [terminalOutput]));
  for (const failure of new Set(failures)) console.error(`\n${failure}`);
  return results;
}

const resultOf = (outcome: ServiceOutcome) => ({
  success: outcome.ok,
  terminalOutput: outcome.ok ? `${outcome.service} is deployed\n` : formatProblems(outcome.error.problems),
});
