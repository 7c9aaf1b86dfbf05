import { mkdir, writeFile } from 'node:fs/promises';
import { adminAccess, readApi } from './api.ts';
import { certificateRequests, writeCertificates } from './certificates.ts';
import { toolEnvironment } from './commands.ts';
import { type ControlPlane, controlPlaneProcesses, serverAddresses, writeComponentKubeconfigs } from './control-plane.ts';
import { type ClusterAccess, kubeconfigOf } from './kubeconfig.ts';
import type { ServiceProcess } from './processes.ts';
import { noteState, reach, type Startup, startService } from './startup.ts';

/** Starts etcd, the API server, the controller manager and the scheduler; gives access when pods can be made. */
export async function startControlPlane(
  startup: Startup,
  plane: ControlPlane,
  place: (service: ServiceProcess) => ServiceProcess = (service) => service,
): Promise<ClusterAccess> {
  const { paths, state, world } = startup;
  for (const folder of [paths.logs, paths.kubeconfigs]) await mkdir(folder, { recursive: true });
  const nodeName = state.nodes[0] ?? state.name;
  const requests = certificateRequests(serverAddresses(plane.address), nodeName);
  await writeCertificates(paths.pki, requests, toolEnvironment(world.env));
  await writeComponentKubeconfigs(plane);
  await noteState(startup, { ports: { ...plane.ports } });

  world.log(`starting the control plane, API server at ${state.server}`);
  for (const service of controlPlaneProcesses(plane)) await startService(startup, place(service));
  const access = await adminAccess(paths.pki, state.server);
  await writeFile(paths.kubeconfig, kubeconfigOf(state.context, access), { mode: 0o600 });
  await untilPodsCanBeMade(startup, access);
  return access;
}

/** A namespace takes no pod before the controller manager gave it its default service account. */
async function untilPodsCanBeMade(startup: Startup, access: ClusterAccess): Promise<void> {
  await reach(startup, {
    what: 'the API server to be ready',
    timeoutSeconds: 120,
    blame: 'kube-apiserver',
    ask: () => readApi(access, '/readyz'),
  });
  await reach(startup, {
    what: 'the default service account',
    timeoutSeconds: 60,
    blame: 'kube-controller-manager',
    ask: () => readApi(access, '/api/v1/namespaces/default/serviceaccounts/default'),
  });
}
