import { expect, test } from 'vitest';
import { type DataSchema, LESSON_DATA } from './data-schema.ts';
import { formatProblems } from './problem.ts';
import { firstGate } from './quality-gate.ts';
import { parseServiceSpec } from './service-spec.ts';

const MINIMAL = 'name: churn\npython: "3.11"\nframework: sklearn\nmodel: {path: models/churn_model.pkl}\n';
const gateIn = (block: string) => {
  const spec = parseServiceSpec(`${MINIMAL}evaluate: ${block}\n`, 'model-service.yaml');
  return spec.ok ? spec.value.evaluate : formatProblems(spec.problems);
};

test('a gate is first set by the task: two classes, more classes, a number', () => {
  const metricOf = (data: DataSchema) => firstGate(data).metric;
  expect(metricOf(LESSON_DATA)).toBe('roc_auc');
  expect(metricOf({ ...LESSON_DATA, classes: 3 })).toBe('f1_macro');
  expect(metricOf({ target: 'y', task: 'classification', features: [] })).toBe('accuracy');
  expect(metricOf({ target: 'y', task: 'regression', features: [] })).toBe('r2');
});

test('an error is known to be better when lower, and a metric of your own says so itself', () => {
  expect(gateIn('{metric: mae, threshold: 3}')).toEqual({ metric: 'mae', threshold: 3, margin: 0.02, lowerIsBetter: true });
  expect(gateIn('{metric: rmse, threshold: 3, margin: 0.5, lowerIsBetter: true}')).toEqual({
    metric: 'rmse',
    threshold: 3,
    margin: 0.5,
    lowerIsBetter: true,
  });
  expect(gateIn('{metric: r2, threshold: 0.4}')).toMatchObject({ lowerIsBetter: false });
});

test('a gate without its threshold, and a margin below zero, are refused', () => {
  expect(gateIn('{metric: r2, margin: -1}')).toBe(
    `missing-key  model-service.yaml:5:11: "evaluate.threshold" is missing
          expected: the least it must reach on rows that training has not seen; the most, where lower is better

bad-value  model-service.yaml:5:32: "evaluate.margin" is -1, which must be >= 0
          expected: how much worse than the committed model it may be (0.02)`,
  );
});
