import { formatProblems } from '@modelyard/core';
import { expect, inject, test } from 'vitest';
import { deployService } from '../deploy.ts';
import { type KubeObject, RESOURCES } from '../kube/index.ts';
import { renderNamespace } from '../manifests/index.ts';
import { accessTo } from '../target.ts';
import { problemsOf, recordingWorld, requestFor, withCountingRelay, withKubeconfig } from '../testing/api.ts';
import { withRelay } from '../testing/relay.ts';
import { type Cluster, connectCluster } from './index.ts';
import { MAX_REQUESTS } from './transport.ts';

async function withCluster<T>(use: (cluster: Cluster) => Promise<T>, kubeconfig = inject('cluster').kubeconfigPath): Promise<T> {
  const cluster = await connectCluster({ ...accessTo(requestFor('any')), kubeconfigs: [kubeconfig] });
  try {
    return await use(cluster);
  } finally {
    await cluster.close();
  }
}

const configMap = (namespace: string, name: string, data: Record<string, string> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace },
  data,
});

test('a missing namespace is named, with the ways to get it', async () => {
  const request = requestFor('nowhere');
  const environment = { ...request.environment, createNamespace: false };
  const error = await problemsOf(deployService({ ...request, environment }, recordingWorld()));
  expect(error.exit).toBe('preflight');
  expect(formatProblems(error.problems)).toBe(
    `namespace-missing  ns/nowhere: the namespace does not exist in context "${environment.context}"\n` +
      `          create it ("kubectl --context ${environment.context} create namespace nowhere"), or set createNamespace: true in modelyard.yaml`,
  );
});

test('an unknown context is named with the nearest one, whatever the current context is', async () => {
  const { context, kubeconfigPath } = inject('cluster');
  const access = { environment: 'staging', context: `${context}x`, kubeconfigs: [kubeconfigPath] };
  const error = await problemsOf(connectCluster(access));
  expect(error.exit).toBe('preflight');
  expect(formatProblems(error.problems)).toBe(
    `unknown-context  modelyard.yaml: environment "staging" asks for the kube context "${context}x", which is not in ${kubeconfigPath}\n` +
      `          did you mean "${context}"? known: ${context}`,
  );
});

test('a server that does not answer is no cluster', async () => {
  const error = await withKubeconfig(
    (config) => {
      for (const { cluster } of config.clusters) cluster.server = 'https://127.0.0.1:9';
    },
    (file) => problemsOf(withCluster(async () => undefined, file)),
  );
  expect(formatProblems(error.problems)).toBe(
    `no-cluster  context "${inject('cluster').context}": the API server at https://127.0.0.1:9 does not answer (ECONNREFUSED)\n` +
      '          start a local cluster with "npx modelyard cluster up", or check the address and your network',
  );
});

test('a user without rights is told which right is missing', async () => {
  await withCluster((cluster) => cluster.apply(renderNamespace('forbidden')));
  const error = await withKubeconfig(
    (config) => {
      for (const { user } of config.users) user.as = 'intern';
    },
    (file) => problemsOf(withCluster((cluster) => cluster.apply(configMap('forbidden', 'one')), file)),
  );
  expect(error.exit).toBe('preflight');
  expect(formatProblems(error.problems)).toBe(
    'forbidden  configmap/one in ns/forbidden: user "intern" may not patch configmaps\n' +
      '          ask for a role that allows "patch" on "configmaps" in namespace forbidden',
  );
});

test('a field of another manager is never taken; its owner is named', async () => {
  const request = requestFor('conflict');
  await deployService(request, recordingWorld());
  await withKubeconfigAsManager('hpa-controller', 'conflict');
  const error = await problemsOf(
    deployService({ ...request, spec: requestFor('conflict', { deploy: { replicas: 2 } }).spec }, recordingWorld()),
  );
  expect(error.exit).toBe('conflict');
  expect(formatProblems(error.problems)).toBe(
    'field-conflict  deployment/churn in ns/conflict: spec.replicas belongs to "hpa-controller"\n' +
      '          let one of the two own it: stop "hpa-controller" from setting spec.replicas, or take it out of model-service.yaml',
  );
});

/** What another controller does: it takes the replicas of a Deployment for itself. */
async function withKubeconfigAsManager(manager: string, namespace: string): Promise<void> {
  const { loadKubeAccess } = await import('./kube-access.ts');
  const { openTransport } = await import('./transport.ts');
  const access = await loadKubeAccess(accessTo(requestFor(namespace)));
  if (!access.ok) throw new Error('no access');
  const transport = await openTransport(access.value);
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments/churn`;
  const metadata = { name: 'churn', namespace };
  const body = { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { replicas: 3 } };
  const query = { fieldManager: manager, force: 'true' };
  await transport.send({ method: 'PATCH', path, body, query, contentType: 'application/apply-patch+yaml' });
  await transport.close();
}

test('an unknown field is refused, and not tried again', async () => {
  await withRelay(async (kubeconfig, passed) => {
    await withCluster(async (cluster) => {
      await cluster.apply(renderNamespace('unknown-field'));
      const before = passed.length;
      const error = await problemsOf(cluster.apply({ ...configMap('unknown-field', 'one'), colour: 'red' }));
      expect(passed.slice(before).map(({ method }) => method)).toEqual(['PATCH']);
      expect(error.exit).toBe('apply');
      expect(error.problems).toEqual([
        {
          code: 'refused',
          where: 'configmap/one in ns/unknown-field',
          what: 'the API server refuses to apply it: failed to create typed patch object (unknown-field/one; /v1, Kind=ConfigMap): .colour: field not declared in schema',
          remedy: 'change model-service.yaml, or the policy that denies it',
        },
      ]);
    }, kubeconfig);
  });
});

test('a name with a capital reaches the server as it is, and is refused there', async () => {
  await withCluster(async (cluster) => {
    await cluster.apply(renderNamespace('capitals'));
    const error = await problemsOf(cluster.apply(configMap('capitals', 'UPPER.Case')));
    expect(error.problems[0]?.what).toContain('Invalid value: "UPPER.Case"');
  });
});

test('requests one after the other share a connection, and many at once share the pool', async () => {
  await withCountingRelay((address, opened) =>
    withKubeconfig(
      (config) => {
        for (const { cluster } of config.clusters) cluster.server = address;
      },
      (file) =>
        withCluster(async (cluster) => {
          await cluster.apply(renderNamespace('pool'));
          for (let i = 0; i < 20; i++) await cluster.apply(configMap('pool', 'one', { i: String(i) }));
          // A connection is busy until the end of its answer was read, so that a second one may be opened meanwhile.
          expect(opened()).toBeLessThanOrEqual(2);
          await Promise.all(Array.from({ length: 200 }, (_, i) => cluster.apply(configMap('pool', `many-${i}`))));
          expect(opened()).toBeLessThanOrEqual(MAX_REQUESTS);
        }, file),
    ),
  );
});

test('a watch hands over what is there, then every change, until it is told to stop', async () => {
  await withCluster(async (cluster) => {
    await cluster.apply(renderNamespace('followed'));
    await cluster.apply(configMap('followed', 'one', { n: '1' }));
    const seen: string[][] = [];
    const stop = new AbortController();
    const query = { resource: RESOURCES.ConfigMap, namespace: 'followed', fieldSelector: 'metadata.name!=kube-root-ca.crt' };
    const describe = (item: KubeObject) => `${item.kind} ${item.metadata.name} ${(item.data as { n: string }).n}`;
    const watching = cluster.watch(query, (items) => seen.push(items.map(describe)), stop.signal);
    const until = (text: string) => expect.poll(() => JSON.stringify(seen.at(-1))).toBe(text);
    await until('["ConfigMap one 1"]');
    await cluster.apply(configMap('followed', 'one', { n: '2' }));
    await until('["ConfigMap one 2"]');
    await cluster.remove({ apiVersion: 'v1', kind: 'ConfigMap', name: 'one', namespace: 'followed' });
    await until('[]');
    stop.abort();
    await watching;
  });
});

test('a list of more than one page is whole', async () => {
  await withCluster(async (cluster) => {
    await cluster.apply(renderNamespace('pages'));
    await Promise.all(Array.from({ length: 520 }, (_, i) => cluster.apply(configMap('pages', `page-${i}`))));
    const items = await cluster.list({ resource: RESOURCES.ConfigMap, namespace: 'pages' });
    expect(items.filter((item) => item.metadata.name.startsWith('page-')).length).toBe(520);
  });
});

test('an exec plugin that fails is told as missing credentials', async () => {
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'modelyard-no-such-plugin', interactiveMode: 'Never' };
  const error = await withKubeconfig(
    (config) => {
      for (const entry of config.users) entry.user = { exec };
    },
    (file) => problemsOf(withCluster(async () => undefined, file)),
  );
  expect(error.exit).toBe('preflight');
  expect(error.problems[0]).toMatchObject({
    code: 'no-credentials',
    what: `context "${inject('cluster').context}" gives no credentials: spawn modelyard-no-such-plugin ENOENT`,
  });
});

test('what an exec plugin lets slip of a secret is masked', async () => {
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'sh', args: ['-c', 'echo password=hunter2 >&2; exit 3'] };
  const error = await withKubeconfig(
    (config) => {
      for (const entry of config.users) entry.user = { exec: { ...exec, interactiveMode: 'Never' } };
    },
    (file) => problemsOf(withCluster(async () => undefined, file)),
  );
  expect(error.problems[0]?.what).toBe(`context "${inject('cluster').context}" gives no credentials: password=***`);
});

test('who has no credentials is told that, and not which right nobody lacks', async () => {
  const error = await withKubeconfig(
    (config) => {
      for (const entry of config.users) entry.user = {};
    },
    (file) => problemsOf(withCluster((cluster) => cluster.apply(configMap('default', 'one')), file)),
  );
  expect(error.problems.map(({ code }) => code)).toEqual(['unauthorized']);
});

test('a server whose certificate the kubeconfig does not trust is told apart from one that does not answer', async () => {
  const error = await withKubeconfig(
    (config) => {
      for (const { cluster } of config.clusters) {
        for (const key of Object.keys(cluster).filter((one) => one.startsWith('certificate-authority'))) delete cluster[key];
      }
    },
    (file) => problemsOf(withCluster(async () => undefined, file)),
  );
  expect(error.problems[0]).toMatchObject({
    code: 'no-cluster',
    what: expect.stringMatching(/^what answers at https:.* has no certificate that the kubeconfig trusts \(/),
  });
});
