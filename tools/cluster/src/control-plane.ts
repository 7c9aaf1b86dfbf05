import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClusterPaths } from './paths.ts';
import type { ServiceProcess } from './processes.ts';

/** The addresses of Services; the first is the API server's own. */
export const SERVICE_RANGE = '10.77.128.0/20';
const FIRST_SERVICE_ADDRESS = '10.77.128.1';

/** The addresses of pods. */
export const POD_RANGE = '10.77.0.0/17';

/** Where the parts of a control plane listen, and where their programs and files are. */
export interface ControlPlane {
  readonly binaries: string;
  readonly paths: ClusterPaths;
  readonly address: string;
  readonly ports: ControlPlanePorts;
}

/** One port for each listener of a control plane. */
export interface ControlPlanePorts {
  readonly api: number;
  readonly etcd: number;
  readonly etcdPeer: number;
  readonly controllerManager: number;
  readonly scheduler: number;
  readonly kwok: number;
}

/** Neighbouring ports from the first one on. */
export function portsFrom(first: number): ControlPlanePorts {
  return {
    api: first,
    etcd: first + 1,
    etcdPeer: first + 2,
    controllerManager: first + 3,
    scheduler: first + 4,
    kwok: first + 5,
  };
}

/** The address of the API server, as clients write it. */
export const serverOf = (plane: Pick<ControlPlane, 'address' | 'ports'>): string => `https://${plane.address}:${plane.ports.api}`;

/** The addresses that the API server's certificate must name. */
export const serverAddresses = (address: string): string[] => [...new Set([address, '127.0.0.1', FIRST_SERVICE_ADDRESS])];

function etcd({ binaries, paths, ports }: ControlPlane): ServiceProcess {
  const clients = `http://127.0.0.1:${ports.etcd}`;
  const peers = `http://127.0.0.1:${ports.etcdPeer}`;
  const args = [
    '--name=modelyard',
    `--data-dir=${paths.etcd}`,
    // The data dies with the cluster, so nothing is gained by waiting for the disk.
    '--unsafe-no-fsync',
    '--logger=zap',
    '--log-level=warn',
    `--listen-client-urls=${clients}`,
    `--advertise-client-urls=${clients}`,
    `--listen-peer-urls=${peers}`,
    `--initial-advertise-peer-urls=${peers}`,
    `--initial-cluster=modelyard=${peers}`,
  ];
  return { name: 'etcd', command: join(binaries, 'etcd'), args };
}

function apiServer({ binaries, paths, ports, address }: ControlPlane): ServiceProcess {
  const pki = (file: string) => join(paths.pki, file);
  const args = [
    `--etcd-servers=http://127.0.0.1:${ports.etcd}`,
    `--bind-address=${address}`,
    `--advertise-address=${address}`,
    `--secure-port=${ports.api}`,
    `--service-cluster-ip-range=${SERVICE_RANGE}`,
    '--authorization-mode=Node,RBAC',
    // Added to the plugins that are on by default, PodSecurity among them.
    '--enable-admission-plugins=NodeRestriction',
    '--allow-privileged',
    // Nothing resolves the node's host name.
    '--kubelet-preferred-address-types=InternalIP',
    `--client-ca-file=${pki('ca.crt')}`,
    `--tls-cert-file=${pki('apiserver.crt')}`,
    `--tls-private-key-file=${pki('apiserver.key')}`,
    `--kubelet-client-certificate=${pki('kubelet-client.crt')}`,
    `--kubelet-client-key=${pki('kubelet-client.key')}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${pki('sa.pub')}`,
    `--service-account-signing-key-file=${pki('sa.key')}`,
    '--profiling=false',
    // An Endpoints object may not name a loopback address.
    ...(address.startsWith('127.') ? ['--endpoint-reconciler-type=none'] : []),
  ];
  return { name: 'kube-apiserver', command: join(binaries, 'kube-apiserver'), args };
}

function controllerManager({ binaries, paths, ports }: ControlPlane): ServiceProcess {
  const args = [
    `--kubeconfig=${join(paths.kubeconfigs, 'controller-manager')}`,
    '--use-service-account-credentials',
    `--service-account-private-key-file=${join(paths.pki, 'sa.key')}`,
    `--root-ca-file=${join(paths.pki, 'ca.crt')}`,
    `--cluster-signing-cert-file=${join(paths.pki, 'ca.crt')}`,
    `--cluster-signing-key-file=${join(paths.pki, 'ca.key')}`,
    '--leader-elect=false',
    '--bind-address=127.0.0.1',
    `--secure-port=${ports.controllerManager}`,
    `--service-cluster-ip-range=${SERVICE_RANGE}`,
    '--allocate-node-cidrs=false',
    `--cluster-cidr=${POD_RANGE}`,
  ];
  return { name: 'kube-controller-manager', command: join(binaries, 'kube-controller-manager'), args };
}

function scheduler({ binaries, paths, ports }: ControlPlane): ServiceProcess {
  const args = [
    `--kubeconfig=${join(paths.kubeconfigs, 'scheduler')}`,
    '--leader-elect=false',
    '--bind-address=127.0.0.1',
    `--secure-port=${ports.scheduler}`,
  ];
  return { name: 'kube-scheduler', command: join(binaries, 'kube-scheduler'), args };
}

/** The processes of a control plane, in the order they start. */
export function controlPlaneProcesses(plane: ControlPlane): ServiceProcess[] {
  return [etcd(plane), apiServer(plane), controllerManager(plane), scheduler(plane)];
}

/** Writes a kubeconfig for each component that talks to the API server; the certificates stay in their files. */
export async function writeComponentKubeconfigs(plane: ControlPlane): Promise<void> {
  const pki = (file: string) => join(plane.paths.pki, file);
  for (const user of ['admin', 'controller-manager', 'scheduler', 'kube-proxy', 'node']) {
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'modelyard',
      contexts: [{ name: 'modelyard', context: { cluster: 'modelyard', user } }],
      clusters: [{ name: 'modelyard', cluster: { server: serverOf(plane), 'certificate-authority': pki('ca.crt') } }],
      users: [{ name: user, user: { 'client-certificate': pki(`${user}.crt`), 'client-key': pki(`${user}.key`) } }],
    };
    // JSON is YAML too.
    await writeFile(join(plane.paths.kubeconfigs, user), JSON.stringify(config, null, 2), { mode: 0o600 });
  }
}
