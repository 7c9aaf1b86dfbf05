import { expect, test } from 'vitest';
import { deployService } from './deploy.ts';
import { diffService } from './diff-service.ts';
import type { Note } from './report/index.ts';
import { readStatus } from './status.ts';
import { recordingWorld, requestFor } from './testing/api.ts';
import { kubectl } from './testing/kubectl.ts';

async function diffOf(request: Parameters<typeof diffService>[0]) {
  const notes: Note[] = [];
  const changed = await diffService(request, recordingWorld(), (note) => notes.push(note));
  return { changed, notes };
}

test('a diff names what others have added to a service, where no deploy would change it', async () => {
  const deploy = { autoscaling: { minReplicas: 2, maxReplicas: 4 }, ingress: { host: 'churn.example' } };
  const request = requestFor('added', { deploy });
  await deployService(request, recordingWorld());
  await kubectl(['-n', 'added', 'rollout', 'restart', 'deployment/churn']);
  await kubectl(['-n', 'added', 'scale', 'deployment/churn', '--replicas=3']);
  await kubectl(['-n', 'added', 'annotate', 'service/churn', 'team=risk']);
  expect(await diffOf(request)).toEqual({ changed: [], notes: [] });
  await kubectl(['-n', 'added', 'set', 'env', 'deployment/churn', 'DEBUG=1']);
  await kubectl(['-n', 'added', 'label', 'service/churn', 'team=risk']);
  const sidecar = { spec: { template: { spec: { containers: [{ name: 'side', image: 'side:1' }] } } } };
  await kubectl(['-n', 'added', 'patch', 'deployment/churn', '-p', JSON.stringify(sidecar)]);
  const { changed, notes } = await diffOf(request);
  expect(changed).toEqual([]);
  expect(notes.map(({ what, details }) => [what, ...(details ?? [])])).toEqual([
    ['"kubectl-label" has added to service/churn what no deploy changes', 'metadata.labels.team'],
    ['"kubectl-patch" has added to deployment/churn what no deploy changes', 'spec.template.spec.containers[side]'],
    ['"kubectl-set" has added to deployment/churn what no deploy changes', 'spec.template.spec.containers[model].env[DEBUG]'],
  ]);
  expect((await readStatus(request, recordingWorld())).deployment?.image).toBe('churn:1');
});

test('a Service that somebody made headless has no address to show, and deploys go on', async () => {
  const request = requestFor('headless');
  await deployService(request, recordingWorld());
  const { metadata, spec, ...service } = JSON.parse(
    await kubectl(['-n', 'headless', 'get', 'service', 'churn', '-o', 'json', '--show-managed-fields']),
  );
  const { name, namespace, labels, annotations } = metadata;
  const { clusterIPs: _addresses, ...rest } = spec;
  await kubectl(['-n', 'headless', 'delete', 'service', 'churn']);
  const headless = { ...service, metadata: { name, namespace, labels, annotations }, spec: { ...rest, clusterIP: 'None' } };
  await kubectl(['create', '-f', '-'], JSON.stringify(headless));
  expect(await deployService(request, recordingWorld())).toMatchObject({ outcome: 'deployed' });
  expect((await readStatus(request, recordingWorld())).address).toBe(undefined);
});
