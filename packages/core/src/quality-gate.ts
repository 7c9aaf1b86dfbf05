import type { DataSchema } from './data-schema.ts';

/** What a model must reach before it is accepted. */
export interface QualityGate {
  readonly metric: string;
  /** The least it must reach; the most, where lower is better. */
  readonly threshold: number;
  /** How much worse than the committed model it may be. */
  readonly margin: number;
  readonly lowerIsBetter: boolean;
}

/** The metrics that the pack's models measure, on rows that training has not seen; true where lower is better. */
export const LOWER_IS_BETTER: Readonly<Record<string, boolean>> = {
  accuracy: false,
  roc_auc: false,
  f1_macro: false,
  r2: false,
  mae: true,
};

export const DEFAULT_MARGIN = 0.02;

/** The gate that a new service starts with: clearly better than a guess, until somebody knows what the service needs. */
export function firstGate(data: DataSchema): QualityGate {
  if (data.task === 'regression') return gate('r2', 0.2);
  if (data.classes === 2) return gate('roc_auc', 0.6);
  return data.classes === undefined ? gate('accuracy', 0.5) : gate('f1_macro', 0.3);
}

const gate = (metric: string, threshold: number): QualityGate => ({ metric, threshold, margin: DEFAULT_MARGIN, lowerIsBetter: false });
