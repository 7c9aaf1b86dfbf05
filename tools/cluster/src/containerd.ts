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

/** Ends every container without asking and removes it. */
export async function removeContainers(env: NodeJS.ProcessEnv): Promise<void> {
  const listed = await tryContainerd(['containers', 'list', '--quiet'], env);
  if (!listed.ok) return;
  const tasks = words((await tryContainerd(['tasks', 'list', '--quiet'], env)).stdout);
  await Promise.all(tasks.map((task) => tryContainerd(['tasks', 'delete', '--force', task], env)));
  await Promise.all(words(listed.stdout).map((container) => tryContainerd(['containers', 'delete', container], env)));
}
