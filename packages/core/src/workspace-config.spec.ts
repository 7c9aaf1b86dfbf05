import { expect, test } from 'vitest';
import { formatProblems } from './problem.ts';
import { chooseEnvironment, parseWorkspaceConfig, pythonImageFor } from './workspace-config.ts';

const TEXT = `registry: ghcr.io/acme
images:
  python: mirror.example/python:{version}-slim
environments:
  staging: {context: gke-staging, namespace: ml}
  production: {context: gke-prod, namespace: ml, protected: true}
`;

function parsed(text: string) {
  const config = parseWorkspaceConfig(text, 'modelyard.yaml');
  if (!config.ok) throw new Error(formatProblems(config.problems));
  return config.value;
}

test('the first environment is the default and images are pushed unless the file says otherwise', () => {
  const config = parsed(TEXT);
  expect(config.defaultEnvironment).toBe('staging');
  expect(config.environments.production).toEqual({
    name: 'production',
    context: 'gke-prod',
    namespace: 'ml',
    createNamespace: false,
    protected: true,
    delivery: 'push',
  });
});

test('an environment may say which cluster it is, by its id and by its address', () => {
  const id = '1c2f6b0e-6c4f-4f0e-9d41-0f5ad1f2a7c3';
  const config = parsed(`environments:\n  lab: {context: lab, namespace: ml, clusterId: ${id}, server: "https://203.0.113.7:6443"}\n`);
  expect(config.environments.lab).toMatchObject({ clusterId: id, server: 'https://203.0.113.7:6443' });
  const wrong = parseWorkspaceConfig('environments:\n  lab: {context: lab, namespace: ml, clusterId: lab-1}\n', 'modelyard.yaml');
  expect(wrong.ok ? '' : wrong.problems.map((problem) => `${problem.code} ${problem.where}`)).toEqual(['bad-value modelyard.yaml:2:49']);
});

test('the base image carries the Python version', () => {
  expect(pythonImageFor(parsed(TEXT), '3.12')).toBe('mirror.example/python:3.12-slim');
});

test('an unknown environment is refused with the nearest name', () => {
  const chosen = chooseEnvironment(parsed(TEXT), 'stagin', 'modelyard.yaml');
  expect(chosen.ok ? '' : formatProblems(chosen.problems)).toBe(
    `unknown-environment  modelyard.yaml: there is no environment "stagin"
          did you mean "staging"? known: staging, production`,
  );
});

test('a default environment that does not exist is refused', () => {
  const config = parseWorkspaceConfig(`${TEXT}defaultEnvironment: local\n`, 'modelyard.yaml');
  expect(config.ok ? '' : formatProblems(config.problems)).toBe(
    `unknown-environment  modelyard.yaml:7:21: "defaultEnvironment" is "local", which is not one of the environments
          one of: staging, production`,
  );
});
