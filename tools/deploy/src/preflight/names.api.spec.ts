import { type DeploySource, formatProblems } from '@modelyard/core';
import { describe, test } from 'vitest';
import { deployService } from '../deploy.ts';
import { renderManifests } from '../manifests/index.ts';
import { formatEvent } from '../report/index.ts';
import { deployRole } from '../role.ts';
import { problemsOf, recordingWorld, requestFor, withKubeconfig } from '../testing/api.ts';
import { kubectl } from '../testing/kubectl.ts';

const SOURCE = { path: 'models/churn_model.pkl', source: { pvc: { claim: 'models' } } };
const mounting = (namespace: string, deploy: DeploySource = {}) => requestFor(namespace, { model: SOURCE, deploy });
const told = (world: ReturnType<typeof recordingWorld>, ...types: string[]) =>
  world.events.filter(({ type }) => types.includes(type)).map((event) => formatEvent(event, { colours: false }));

/** A claim that is bound to a volume of its own. */
async function createClaim(namespace: string, accessMode: string): Promise<void> {
  await kubectl(['create', 'namespace', namespace]);
  const shared = { accessModes: [accessMode], storageClassName: '' };
  const volume = {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: namespace },
    spec: { ...shared, capacity: { storage: '1Gi' }, hostPath: { path: '/models' }, claimRef: { namespace, name: 'models' } },
  };
  const claim = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'models', namespace },
    spec: { ...shared, volumeName: namespace, resources: { requests: { storage: '1Gi' } } },
  };
  for (const object of [volume, claim]) await kubectl(['apply', '-f', '-'], JSON.stringify(object));
  await kubectl(['-n', namespace, 'wait', 'pvc/models', '--for=jsonpath={.status.phase}=Bound', '--timeout=30s']);
}

describe.concurrent('before anything is sent, a deploy tells', () => {
  test('a PriorityClass that is not there, and ends', async ({ expect }) => {
    const error = await problemsOf(deployService(requestFor('no-priority', { deploy: { priorityClass: 'serving' } }), recordingWorld()));
    expect([error.exit, formatProblems(error.problems)]).toEqual([
      'preflight',
      `no-priority-class  churn in ns/no-priority: the pods ask for the PriorityClass "serving", which the cluster does not have
          known: system-cluster-critical, system-node-critical; change deploy.priorityClass, leave it out, or create the class`,
    ]);
    await expect(kubectl(['get', 'namespace', 'no-priority'])).rejects.toThrow('not found');
  });

  test('a claim that is not there, and goes on: it may come', async ({ expect }) => {
    const world = recordingWorld();
    await deployService({ ...mounting('no-claim'), dryRun: true }, world);
    expect(told(world, 'noted')).toEqual([
      `note     claim-missing: the pods ask for claim "models", which is not in the namespace; they wait for it a minute
         create the claim, or mend model.source.pvc in model-service.yaml`,
    ]);
  });

  test('an IngressClass that is not there, once', async ({ expect }) => {
    const request = requestFor('no-class', { deploy: { ingress: { host: 'churn.example', className: 'nobodys' } } });
    const world = recordingWorld();
    await deployService(request, world);
    expect(told(world, 'noted')).toEqual([
      `note     no-ingress-class: the cluster has no IngressClass "nobodys": the Ingress is taken by no controller, and no request comes in through it
         there is none at all: change deploy.ingress.className, or install the controller that brings the class`,
    ]);
    const again = recordingWorld();
    await deployService({ ...request, image: { ref: 'churn:2' } }, again);
    expect(told(again, 'noted')).toEqual([]);
  });

  test('that pods on a second node cannot mount a ReadWriteOnce claim', async ({ expect }) => {
    await createClaim('one-node', 'ReadWriteOnce');
    const world = recordingWorld();
    await deployService({ ...mounting('one-node', { autoscaling: { maxReplicas: 3 } }), dryRun: true }, world);
    expect(told(world, 'noted')).toEqual([
      `note     claim-of-one-node: claim "models" is ReadWriteOnce: up to 3 pods want it, and those on a second node cannot mount it
         take a claim that is ReadOnlyMany or ReadWriteMany, or one pod`,
    ]);
  });

  test('that the one pod of a ReadWriteOnce claim leaves before the new one starts, which may come to another node', async ({ expect }) => {
    await createClaim('moving', 'ReadWriteOnce');
    await deployService(requestFor('moving'), recordingWorld());
    const world = recordingWorld();
    await deployService(mounting('moving'), world);
    expect(told(world, 'surge', 'noted')).toEqual([]);
    await deployService({ ...mounting('moving'), image: { ref: 'churn:2' } }, world);
    expect(told(world, 'surge', 'noted')).toEqual([
      'surge    an old pod leaves before a new one starts: claim "models" can be mounted on one node at a time; the service is away until the new pod is ready',
    ]);
  });

  test('that a ReadWriteOncePod claim serves one pod, and lets the old one leave before the new one starts', async ({ expect }) => {
    await createClaim('one-pod', 'ReadWriteOncePod');
    const error = await problemsOf(deployService(mounting('one-pod', { replicas: 2 }), recordingWorld()));
    expect([error.exit, formatProblems(error.problems)]).toEqual([
      'preflight',
      `claim-of-one-pod  churn in ns/one-pod: claim "models" is ReadWriteOncePod, and up to 2 pods want it: the others would never start
          take a claim that is ReadOnlyMany or ReadWriteMany, or one pod: deploy.replicas or autoscaling.maxReplicas of 1, and no canary`,
    ]);
    await deployService(mounting('one-pod'), recordingWorld());
    const world = recordingWorld();
    await deployService(mounting('one-pod', { env: { MODE: 'strict' } }), world);
    expect(told(world, 'surge', 'noted')).toEqual([
      'surge    an old pod leaves before a new one starts: one pod at a time may use claim "models"; the service is away until the new pod is ready',
    ]);
    const asked = { env: { MODE: 'lax' }, rollout: { maxSurge: 1, maxUnavailable: 0 } };
    const deadlock = await problemsOf(deployService(mounting('one-pod', asked), recordingWorld()));
    expect(deadlock.problems.map(({ code, what }) => `${code}: ${what}`)).toEqual([
      'rollout-deadlock: deploy.rollout lets no pod leave before a new one runs, and one pod at a time may use claim "models"',
    ]);
  });

  test('that what is live belongs to another environment', async ({ expect }) => {
    const request = requestFor('two-environments');
    await deployService(request, recordingWorld());
    const world = recordingWorld();
    await deployService({ ...request, environment: { ...request.environment, name: 'other' }, dryRun: true }, world);
    expect(told(world, 'noted')).toEqual([
      `note     other-environment: what is live was deployed as environment "test"; this deploy takes it over as "other"
         where both are in use, give one of them a namespace of its own in modelyard.yaml`,
    ]);
  });

  test('what it may not look at; the printed Role holds the right to see the claim', async ({ expect }) => {
    const request = requestFor('unseen-names', {
      model: SOURCE,
      deploy: { priorityClass: 'system-cluster-critical', ingress: { host: 'churn.example', className: 'nobodys' } },
    });
    const objects = renderManifests(request.spec, { namespace: 'unseen-names', environment: 'test', image: 'churn:1' });
    const role = deployRole('churn', 'unseen-names', objects) as unknown as { rules: { resources: string[]; verbs: string[] }[] };
    const claims = role.rules.filter(({ resources }) => resources.includes('persistentvolumeclaims'));
    expect(claims.map(({ verbs }) => verbs)).toEqual([['get']]);
    const withoutClaims = ({ resources, ...rest }: { resources: string[] }) => ({
      ...rest,
      resources: resources.filter((one) => one !== 'persistentvolumeclaims'),
    });
    const blind = { ...role, rules: role.rules.map(withoutClaims) };
    await kubectl(['create', 'namespace', 'unseen-names']);
    await kubectl(['apply', '-f', '-'], JSON.stringify(blind));
    const binding = ['rolebinding', 'deployer', '--role=churn-deployer', '--serviceaccount=unseen-names:deployer'];
    await kubectl(['-n', 'unseen-names', 'create', ...binding]);
    const world = recordingWorld();
    await withKubeconfig(
      (config) => {
        for (const { user } of config.users) user.as = 'system:serviceaccount:unseen-names:deployer';
      },
      (file) => deployService({ ...request, kubeconfigs: [file], dryRun: true }, world),
    );
    expect(world.events.flatMap((event) => (event.type === 'noted' ? [event.code] : [])).sort()).toEqual([
      'claim-unseen',
      'ingress-class-unseen',
      'priority-class-unseen',
    ]);
  });
});
