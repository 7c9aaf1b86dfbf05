import type { QualityGate } from '@modelyard/core';
import { runModule } from '@modelyard/python';
import type { ExecutorContext } from '@nx/devkit';
import { executing, projectOf, pythonWorldOf, serviceFolderOf, specOf } from '../../project.ts';

export interface EvaluateOptions {
  /** Nx takes a short hash of digits for a number. */
  readonly against?: string | number;
}

/** Measures the present model; fails when it does not pass the service's quality gate. */
export default function evaluate(options: EvaluateOptions, context: ExecutorContext): Promise<{ success: boolean }> {
  return executing(async () => {
    const project = projectOf(context);
    const args = evaluateArguments(specOf(project).evaluate, options);
    return (await runModule(serviceFolderOf(project), 'src.evaluate', args, pythonWorldOf(project))) === 0;
  });
}

/** The gate as arguments of `python -m src.evaluate`. */
export function evaluateArguments(gate: QualityGate | undefined, options: EvaluateOptions): string[] {
  const against = options.against === undefined ? [] : [`--against=${options.against}`];
  if (gate === undefined) return against;
  const direction = gate.lowerIsBetter ? ['--lower-is-better'] : [];
  return [`--metric=${gate.metric}`, `--threshold=${gate.threshold}`, `--margin=${gate.margin}`, ...direction, ...against];
}
