import { formatProblems } from '@modelyard/core';
import { deployServices, loadDeployRequest, type ServiceOutcome, terminalWorld } from '@modelyard/deploy';
import type { ExecutorContext, TaskGraph } from '@nx/devkit';
import { projectNamed } from '../../project.ts';
import { executorTerminal } from '../../terminal.ts';
import { deployQuestionOf, parseDeployOptions } from './deploy-options.ts';

type Results = Record<string, { success: boolean; terminalOutput: string }>;

/**
 * `nx run-many -t deploy` in one process and through one connection to each cluster. A service whose files have problems is
 * a failed task; the others are deployed.
 */
export default async function deployBatch(
  taskGraph: TaskGraph,
  given: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  _overrides: object,
  context: ExecutorContext,
): Promise<Results> {
  const load = async ([id, { target }]: [string, TaskGraph['tasks'][string]]) => {
    const options = parseDeployOptions(given[id] ?? {});
    if (!options.ok) return { id, request: options };
    return { id, request: await loadDeployRequest(deployQuestionOf(projectNamed(target.project, context), options.value)) };
  };
  const loaded = await Promise.all(Object.entries(taskGraph.tasks).map(load));
  const ready = loaded.flatMap(({ id, request }) => (request.ok ? [{ id, request: request.value }] : []));
  const outcomes = await deployServices(
    ready.map(({ request }) => request),
    terminalWorld(executorTerminal()),
  );
  const results: Results = {};
  for (const { id, request } of loaded) {
    if (!request.ok) results[id] = { success: false, terminalOutput: formatProblems(request.problems) };
  }
  for (const [index, outcome] of outcomes.entries()) results[ready[index]?.id as string] = resultOf(outcome);
  const failures = Object.values(results).flatMap(({ success, terminalOutput }) => (success ? [] : [terminalOutput]));
  for (const failure of new Set(failures)) console.error(`\n${failure}`);
  return results;
}

const resultOf = (outcome: ServiceOutcome) => ({
  success: outcome.ok,
  terminalOutput: outcome.ok ? `${outcome.service} is deployed\n` : formatProblems(outcome.error.problems),
});
