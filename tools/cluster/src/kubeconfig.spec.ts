import { expect, test } from 'vitest';
import { kubeconfigOf, withContext, withoutContext } from './kubeconfig.ts';

const access = { server: 'https://10.0.0.1:6443', authority: 'ca', certificate: 'crt', key: 'key' };
const users = `# my clusters
apiVersion: v1
kind: Config
current-context: prod
clusters:
  - name: prod # the real one
    cluster: {server: https://prod.test}
contexts:
  - name: prod
    context: {cluster: prod, user: me}
users:
  - name: me
    user: {token: secret}
preferences: {}
`;

test('a kubeconfig of one cluster names it as the current one', () => {
  expect(kubeconfigOf('modelyard', access)).toBe(`apiVersion: v1
kind: Config
clusters:
  - name: modelyard
    cluster:
      server: https://10.0.0.1:6443
      certificate-authority-data: Y2E=
users:
  - name: modelyard
    user:
      client-certificate-data: Y3J0
      client-key-data: a2V5
contexts:
  - name: modelyard
    context:
      cluster: modelyard
      user: modelyard
current-context: modelyard
`);
});

test('our entries are added below the others, and the current context stays', () => {
  const text = withContext(users, 'config', 'modelyard', access);
  expect(text).toContain('# my clusters\n');
  expect(text).toContain('current-context: prod\n');
  expect(text).toContain('  - name: prod # the real one\n');
  expect(text.match(/- name: modelyard\n/g)).toHaveLength(3);
});

test('adding twice replaces our entries', () => {
  const once = withContext(users, 'config', 'modelyard', access);
  const again = withContext(once, 'config', 'modelyard', { ...access, server: 'https://10.0.0.2:1' });
  expect(again).toBe(once.replace('10.0.0.1:6443', '10.0.0.2:1'));
});

test('removing gives every other entry back as it was', () => {
  const spaced = (text: string) => text.replaceAll('{ ', '{').replaceAll(' }', '}');
  const { text, isEmpty } = withoutContext(withContext(users, 'config', 'modelyard', access), 'config', 'modelyard');
  expect(spaced(text)).toBe(users);
  expect(isEmpty).toBe(false);
});

test('removing the last entries says that none is left, and drops our current context', () => {
  const { text, isEmpty } = withoutContext(kubeconfigOf('modelyard', access), 'config', 'modelyard');
  expect(isEmpty).toBe(true);
  expect(text).not.toContain('modelyard');
});

test('a list without entries takes ours in block style', () => {
  const text = withContext('clusters: []\nusers: null\n', 'config', 'modelyard', access);
  expect(text).toContain('clusters:\n  - name: modelyard\n');
  expect(text).toContain('users:\n  - name: modelyard\n');
});

test.each(['- a list', 'clusters: 3', 'a: [', 'just words'])('a file that is no kubeconfig is refused: %s', (text) => {
  expect(() => withContext(text, '/home/me/.kube/config', 'modelyard', access)).toThrow(
    /^broken-kubeconfig {2}\/home\/me\/.kube\/config: /,
  );
});
