import { parseServiceSpec, unwrap } from '@modelyard/core';
import { expect, test } from 'vitest';
import { libTargets, serviceTargets } from './index.ts';

const SPEC = 'name: churn\npython: "3.11"\nframework: sklearn\nmodel:\n  path: models/churn_model.pkl\n';
const service = serviceTargets(unwrap(parseServiceSpec(SPEC, 'model-service.yaml')));
const lib = libTargets();

test.each([
  ['train of a service', service.train],
  ['test of a service', service.test],
  ['test of a shared package', lib.test],
])('%s runs again when any file changes that goes into the wheel of a shared package', (_, target) => {
  expect(lib.build?.inputs).toEqual(expect.arrayContaining(['{projectRoot}/src/**/*', '{projectRoot}/pyproject.toml']));
  expect(target?.inputs).toEqual(expect.arrayContaining(['^{projectRoot}/src/**/*', '^{projectRoot}/pyproject.toml']));
});
