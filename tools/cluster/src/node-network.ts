import { ProblemError } from '@modelyard/core';
import { mustRun, runCommand, toolEnvironment } from './commands.ts';
import type { ServiceProcess } from './processes.ts';

/** Where the node and its API server are, as seen from the machine. */
export const NODE_ADDRESS = '10.77.255.2';

/** The API server's port; it has the namespace to itself. */
export const NODE_API_PORT = 6443;

const HOST_ADDRESS = '10.77.255.1';
/** Pods, Services and the node are all in here. */
const NODE_NETWORK = '10.77.0.0/16';

/** The network namespace that everything of the node runs in, so that the machine's own iptables stay untouched. */
export const NODE_NETNS = 'modelyard';
const HOST_LINK = 'modelyard-host';
const NODE_LINK = 'modelyard-node';

const netnsFile = (name: string): string => `/run/netns/${name}`;

/** The same process, inside the node's network namespace. */
export function insideNode(service: ServiceProcess): ServiceProcess {
  // `ip netns exec` would mount a fresh /sys, which hides the cgroups.
  const args = [`--net=${netnsFile(NODE_NETNS)}`, service.command, ...service.args];
  return { ...service, command: 'nsenter', args };
}

/** Throws when the machine already uses addresses that the cluster would take. */
export async function requireFreeNetwork(env: NodeJS.ProcessEnv): Promise<void> {
  const routes = await mustRun('ip', ['-4', 'route', 'show', 'table', 'all'], { env: toolEnvironment(env) });
  const taken = routes.split('\n').find((route) => /(^|\s)10\.77\./.test(route));
  if (!taken) return;
  throw new ProblemError([
    {
      code: 'network-taken',
      where: `network ${NODE_NETWORK}`,
      what: `this machine has a route into it already: "${taken.trim()}"`,
      remedy: 'the cluster needs these addresses; remove the route, or use a machine without it',
    },
  ]);
}

/** Makes the namespace, a link into it and the route to pods and Services. */
export async function makeNodeNetwork(env: NodeJS.ProcessEnv): Promise<void> {
  const setting = { env: toolEnvironment(env) };
  const ip = (...args: string[]) => mustRun('ip', args, setting);
  const inside = ['-n', NODE_NETNS];
  await ip('netns', 'add', NODE_NETNS);
  await ip('link', 'add', HOST_LINK, 'type', 'veth', 'peer', 'name', NODE_LINK, 'netns', NODE_NETNS);
  await ip('addr', 'add', `${HOST_ADDRESS}/30`, 'dev', HOST_LINK);
  await ip('link', 'set', HOST_LINK, 'up');
  await ip(...inside, 'addr', 'add', `${NODE_ADDRESS}/30`, 'dev', NODE_LINK);
  await ip(...inside, 'link', 'set', NODE_LINK, 'up');
  await ip(...inside, 'link', 'set', 'lo', 'up');
  await ip('route', 'add', NODE_NETWORK, 'via', NODE_ADDRESS);
}

/** Removes the network again, as far as it is there; the route goes with its link. */
export async function removeNodeNetwork(env: NodeJS.ProcessEnv): Promise<void> {
  const setting = { env: toolEnvironment(env) };
  await runCommand('ip', ['link', 'del', HOST_LINK], setting);
  await runCommand('ip', ['netns', 'del', NODE_NETNS], setting);
}
