import { formatProblems } from '@modelyard/core';
import { expect, test } from 'vitest';
import { abortCanary, readCanary } from './canary-service.ts';
import { deployService } from './deploy.ts';
import { destroyService } from './destroy.ts';
import { renderManifests } from './manifests/index.ts';
import { deployRole } from './role.ts';
import { problemsOf, recordingWorld, requestFor, withKubeconfig } from './testing/api.ts';
import { kubectl } from './testing/kubectl.ts';

const USER = 'system:serviceaccount:least:deployer';

const MISSING = `missing-rights  churn in ns/least: user "${USER}" lacks 51 rights that this deploy needs; nothing was changed
          ask an administrator for "npx modelyard deploy role churn -e test | kubectl apply -f -" and "kubectl -n least create rolebinding churn-deployer --role=churn-deployer --serviceaccount=least:deployer"
          | get, list, create, patch serviceaccounts
          | get, list, create, patch, delete configmaps
          | get, list, create, patch services
          | get, list, create, patch networkpolicies (networking.k8s.io)
          | get, list, create, patch, watch deployments (apps)
          | get, list, create, patch horizontalpodautoscalers (autoscaling)
          | get, list, create, patch poddisruptionbudgets (policy)
          | get, list, create, patch ingresses (networking.k8s.io)
          | get, list, create, update, delete leases (coordination.k8s.io)
          | get, list, watch replicasets (apps)
          | get, list, watch pods
          | get, list, watch events
          | get pods/log
          | get, create pods/proxy`;

test('the printed Role is enough to deploy, also through a canary, roll back and destroy, and without it nothing goes', async () => {
  const canary = { steps: [{ weight: 50, seconds: 0 }] };
  const deploy = { autoscaling: { minReplicas: 2, maxReplicas: 3 }, ingress: { host: 'churn.example' }, rollout: { canary } };
  const request = requestFor('least', { deploy });
  await kubectl(['create', 'namespace', 'least']);
  await withKubeconfig(
    (config) => {
      for (const { user } of config.users) user.as = USER;
    },
    async (file) => {
      const asDeployer = { ...request, kubeconfigs: [file] };
      const error = await problemsOf(deployService(asDeployer, recordingWorld()));
      expect(error.exit).toBe('preflight');
      expect(formatProblems(error.problems)).toBe(MISSING);
      const objects = renderManifests(request.spec, { namespace: 'least', environment: 'test', image: 'churn:1' });
      await kubectl(['apply', '-f', '-'], JSON.stringify(deployRole('churn', 'least', objects)));
      await kubectl(['-n', 'least', 'create', 'rolebinding', 'deployer', '--role=churn-deployer', '--serviceaccount=least:deployer']);
      expect(await deployService(asDeployer, recordingWorld())).toMatchObject({ outcome: 'deployed' });
      const crash = { ...asDeployer, image: { ref: 'simulate-crash:2' } };
      expect((await problemsOf(deployService(crash, recordingWorld()))).exit).toBe('rolledBack');
      expect((await problemsOf(deployService({ ...crash, noRollback: true }, recordingWorld()))).exit).toBe('rollout');
      expect((await readCanary(asDeployer, recordingWorld())).canary).toMatchObject({ image: 'simulate-crash:2', share: 0, ready: 0 });
      await abortCanary({ ...asDeployer, yes: false }, recordingWorld());
      const next = { ...asDeployer, image: { ref: 'churn:3' } };
      expect(await deployService(next, recordingWorld())).toMatchObject({ outcome: 'deployed' });
      expect((await destroyService({ ...asDeployer, yes: false }, recordingWorld())).length).toBe(8);
    },
  );
  // Whatever is deleted goes after its dependents, a moment later.
  const left = async () =>
    (await kubectl(['-n', 'least', 'get', 'leases,configmaps', '-l', 'app.kubernetes.io/instance=churn', '-o', 'name'])).trim();
  await expect.poll(left).toBe('');
});
