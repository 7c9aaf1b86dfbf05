import { ProblemError } from '@modelyard/core';
import { expect, test } from 'vitest';
import { deployService } from '../deploy.ts';
import type { DeployRequest } from '../deploy-request.ts';
import type { KubeObject } from '../kube/index.ts';
import type { DeployEvent } from '../report/index.ts';
import { fakeClock, fakeCluster, namespaceNamed } from '../testing/fake-cluster.ts';
import { specOf } from '../testing/specs.ts';

const REQUEST: DeployRequest = {
  service: 'churn',
  environment: { name: 'local', context: 'lab', namespace: 'ml', createNamespace: false, protected: false, delivery: 'push' },
  kubeconfigs: ['/nowhere'],
  spec: specOf({ deploy: { ingress: { host: 'churn.example.com' } } }),
  image: { ref: 'churn:2' },
  dryRun: false,
  yes: false,
};

test('an object that leads to the pods is refused while they are waited for: that is told, and the wait is over', async () => {
  const cluster = fakeCluster([namespaceNamed('ml')]);
  const { apply } = cluster;
  const refused = { code: 'refused', where: 'ingress/churn', what: 'the host is taken', remedy: 'take another one' };
  const events: DeployEvent[] = [];
  const deployed = deployService(REQUEST, {
    clock: fakeClock(),
    holder: 'ann@laptop',
    report: (event) => void events.push(event),
    connect: async () => ({
      ...cluster,
      until: () => ({ ...cluster, apply: refusing }),
      apply: refusing,
    }),
  });
  async function refusing(object: KubeObject): Promise<KubeObject> {
    if (object.kind !== 'Ingress') return apply(object);
    await new Promise((resolve) => setTimeout(resolve, 20));
    throw new ProblemError([refused], 'apply');
  }
  const error = await deployed.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ exit: 'apply', problems: [refused] });
  expect(events.map(({ type }) => type)).toContain('waiting');
  expect(events.map(({ type }) => type)).not.toContain('recorded');
});
