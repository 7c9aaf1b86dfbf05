import { expect, test } from 'vitest';
import { deployService } from './deploy.ts';
import { destroyService } from './destroy.ts';
import { renderManifests } from './manifests/index.ts';
import { deployRole } from './role.ts';
import { problemsOf, recordingWorld, requestFor, withKubeconfig } from './testing/api.ts';
import { kubectl } from './testing/kubectl.ts';

const USER = 'system:serviceaccount:least:deployer';

test('the printed Role is enough to deploy, roll back and destroy, and without it nothing goes', async () => {
  const deploy = { autoscaling: { minReplicas: 2, maxReplicas: 3 }, ingress: { host: 'churn.example' } };
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
      const objects = renderManifests(request.spec, { namespace: 'least', environment: 'test', image: 'churn:1' });
      await kubectl(['apply', '-f', '-'], JSON.stringify(deployRole('churn', 'least', objects)));
      await kubectl(['-n', 'least', 'create', 'rolebinding', 'deployer', '--role=churn-deployer', '--serviceaccount=least:deployer']);
      expect(await deployService(asDeployer, recordingWorld())).toMatchObject({ outcome: 'deployed' });
      const crash = { ...asDeployer, image: { ref: 'simulate-crash:2' } };
      expect((await problemsOf(deployService(crash, recordingWorld()))).exit).toBe('rolledBack');
      expect((await destroyService({ ...asDeployer, yes: false }, recordingWorld())).length).toBe(8);
    },
  );
  expect((await kubectl(['-n', 'least', 'get', 'leases,configmaps', '-l', 'app.kubernetes.io/instance=churn', '-o', 'name'])).trim()).toBe(
    '',
  );
});
