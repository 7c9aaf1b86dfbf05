import { type CommandEnd, mustRun, runCommand, toolEnvironment } from './commands.ts';
import { CONTAINERD_SOCKET } from './node-config.ts';

/** The namespace the kubelet's containers and images are in. */
const KUBERNETES_NAMESPACE = ['--address', CONTAINERD_SOCKET, '--namespace', 'k8s.io'];

/** Asks the node's containerd, and throws when it refuses. */
export function askContainerd(args: readonly string[], env: NodeJS.ProcessEnv, timeoutSeconds = 20): Promise<string> {
  return mustRun('ctr', [...KUBERNETES_NAMESPACE, ...args], { env: toolEnvironment(env), timeoutSeconds });
}

/** Asks the node's containerd, which may be gone. */
export function tryContainerd(args: readonly string[], env: NodeJS.ProcessEnv): Promise<CommandEnd> {
  return runCommand('ctr', [...KUBERNETES_NAMESPACE, ...args], { env: toolEnvironment(env), timeoutSeconds: 10 });
}

const words = (text: string): string[] => text.split('\n').filter((line) => line !== '');

interface ContainerSpec {
  readonly Spec?: { readonly linux?: { readonly namespaces?: readonly { type: string; path?: string }[] } };
}

async function networkOf(container: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const info = await tryContainerd(['containers', 'info', container], env);
  if (!info.ok) return undefined;
  const spec = (JSON.parse(info.stdout) as ContainerSpec).Spec;
  const path = spec?.linux?.namespaces?.find((namespace) => namespace.type === 'network')?.path;
  return path?.split('/').at(-1);
}

/** Ends every container without asking and removes it; gives the names of the network namespaces they had. */
export async function removeContainers(env: NodeJS.ProcessEnv): Promise<string[]> {
  const listed = await tryContainerd(['containers', 'list', '--quiet'], env);
  if (!listed.ok) return [];
  const containers = words(listed.stdout);
  const networks = await Promise.all(containers.map((container) => networkOf(container, env)));
  const tasks = words((await tryContainerd(['tasks', 'list', '--quiet'], env)).stdout);
  await Promise.all(tasks.map((task) => tryContainerd(['tasks', 'delete', '--force', task], env)));
  await Promise.all(containers.map((container) => tryContainerd(['containers', 'delete', container], env)));
  return [...new Set(networks.filter((name) => name !== undefined))];
}
