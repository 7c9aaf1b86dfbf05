import { join } from 'node:path';
import { POD_RANGE } from './control-plane.ts';
import { NODE_ADDRESS } from './node-network.ts';
import { type ClusterPaths, NODE_RUN_DIRECTORY } from './paths.ts';

/** The image that holds a pod's namespaces open; it is made on the spot, not pulled. */
export const PAUSE_IMAGE = 'modelyard.dev/pause:1';

/** The folder of the node's kubelet, containerd and CNI below the cluster's own. */
export interface NodePaths {
  readonly directory: string;
  readonly containerd: string;
  readonly cni: string;
  readonly cniData: string;
  readonly kubelet: string;
  readonly podLogs: string;
  readonly containerdConfig: string;
  readonly kubeletConfig: string;
  readonly proxyConfig: string;
}

/** The pod network's name; CNI's notes about our pods begin with it. */
export const CNI_NETWORK = 'modelyard';

/** The socket of the node's own containerd. */
export const CONTAINERD_SOCKET = join(NODE_RUN_DIRECTORY, 'containerd.sock');

/** Everything of the node inside the cluster's folder. */
export function nodePaths(paths: ClusterPaths): NodePaths {
  const directory = join(paths.directory, 'node');
  const inside = (name: string) => join(directory, name);
  return {
    directory,
    containerd: inside('containerd'),
    cni: inside('cni'),
    cniData: inside('cni-data'),
    kubelet: inside('kubelet'),
    podLogs: inside('pod-logs'),
    containerdConfig: inside('containerd.toml'),
    kubeletConfig: inside('kubelet.json'),
    proxyConfig: inside('kube-proxy.json'),
  };
}

/** containerd's configuration: its own root, sockets and CNI, nothing shared with another containerd. */
export function containerdConfig(node: NodePaths, cniBinaries: string): string {
  const text = JSON.stringify;
  const unused = ['btrfs', 'aufs', 'zfs', 'devmapper'].map((name) => `io.containerd.snapshotter.v1.${name}`);
  return `version = 2
root = ${text(node.containerd)}
state = ${text(join(NODE_RUN_DIRECTORY, 'containerd'))}
disabled_plugins = ${text(unused)}
[grpc]
  address = ${text(CONTAINERD_SOCKET)}
[plugins."io.containerd.internal.v1.opt"]
  path = ${text(join(node.containerd, 'opt'))}
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = ${text(PAUSE_IMAGE)}
  # A root without CAP_SYS_RESOURCE (in a container, say) may not lower scores.
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = ${text(cniBinaries)}
    conf_dir = ${text(node.cni)}
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      Root = ${text(join(NODE_RUN_DIRECTORY, 'runc'))}
`;
}

/** The pod network: one bridge inside the node's namespace. */
export function cniConfig(node: NodePaths): object {
  const ipam = {
    type: 'host-local',
    dataDir: node.cniData,
    ranges: [[{ subnet: POD_RANGE }]],
    routes: [{ dst: '0.0.0.0/0' }],
  };
  return {
    cniVersion: '0.4.0',
    name: CNI_NETWORK,
    plugins: [
      { type: 'bridge', bridge: 'modelyard0', isGateway: true, hairpinMode: true, ipMasq: false, ipam },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  };
}

/** The kubelet's configuration. */
export function kubeletConfig(paths: ClusterPaths): object {
  const node = nodePaths(paths);
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: NODE_ADDRESS,
    healthzBindAddress: '127.0.0.1',
    // Many containers and older machines have cgroup v1 and no systemd.
    failCgroupV1: false,
    cgroupDriver: 'cgroupfs',
    failSwapOn: false,
    containerRuntimeEndpoint: `unix://${CONTAINERD_SOCKET}`,
    podLogsDir: node.podLogs,
    volumePluginDir: join(node.kubelet, 'volume-plugins'),
    resolvConf: '',
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: join(paths.pki, 'ca.crt') },
    },
    authorization: { mode: 'Webhook' },
    // A test machine's disk is often nearly full; that is no reason to evict.
    evictionHard: { 'memory.available': '100Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
    imageGCHighThresholdPercent: 100,
    syncFrequency: '10s',
    // New GPUs show in the node's status at the next update; the default is ten seconds.
    nodeStatusUpdateFrequency: '2s',
  };
}

/** kube-proxy's configuration. */
export function kubeProxyConfig(paths: ClusterPaths, nodeName: string): object {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'iptables',
    clusterCIDR: POD_RANGE,
    hostnameOverride: nodeName,
    clientConnection: { kubeconfig: join(paths.kubeconfigs, 'kube-proxy') },
    healthzBindAddress: '127.0.0.1:10256',
    metricsBindAddress: '127.0.0.1:10249',
    // These limits belong to the machine, not to a network namespace.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
  };
}
