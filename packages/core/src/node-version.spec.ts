import { expect, test } from 'vitest';
import { nodeVersionProblem } from './node-version.ts';
import { formatProblems } from './problem.ts';

test.each(['22.19.0', '22.21.1', '24.11.0', '25.0.0', '26.1.0'])('Node.js %s is new enough', (version) => {
  expect(nodeVersionProblem(version, 'modelyard')).toBeUndefined();
});

test.each(['20.20.2', '22.18.9', '23.11.0', '24.10.0'])('Node.js %s is too old', (version) => {
  expect(nodeVersionProblem(version, 'modelyard')?.code).toBe('old-node');
});

test('an old Node.js is told with a command that brings its own', () => {
  expect(formatProblems([nodeVersionProblem('20.20.2', 'create-modelyard') as never])).toBe(
    `old-node  create-modelyard: Node.js 20.20.2 runs it; 22.19 or 24.11 and later do
          install Node.js 24, or have npm bring one for this command: npx --package=node@24 --package=create-modelyard create-modelyard`,
  );
});
