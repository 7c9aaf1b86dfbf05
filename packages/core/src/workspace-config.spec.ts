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
