import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand, toolEnvironment } from './commands.ts';
import { CNI_NETWORK } from './node-config.ts';

/** CNI keeps what it did here, for all networks of a machine. */
const RESULTS = '/var/lib/cni/results';

/** What CNI noted about one of our pods. */
export interface PodNetwork {
  readonly containerId: string;
  /** Names of the network namespaces that were made for the pod. */
  readonly namespaces: readonly string[];
}

interface CniResult {
  readonly containerId?: string;
  readonly result?: { readonly interfaces?: readonly { readonly sandbox?: string }[] };
}

/** Reads one of CNI's notes, or gives undefined when it is not one. */
export function parsePodNetwork(text: string): PodNetwork | undefined {
  try {
    const { containerId, result } = JSON.parse(text) as CniResult;
    const sandboxes = (result?.interfaces ?? []).map((link) => link.sandbox?.split('/').at(-1) ?? '');
    const namespaces = [...new Set(sandboxes.filter((name) => name !== ''))];
    return containerId ? { containerId, namespaces } : undefined;
  } catch {
    return undefined;
  }
}

/** Removes the network namespaces of our pods and CNI's notes about them, however the pods ended. */
export async function removePodNetworks(env: NodeJS.ProcessEnv): Promise<void> {
  const files = await readdir(RESULTS).catch(() => []);
  for (const file of files.filter((name) => name.startsWith(`${CNI_NETWORK}-`))) {
    const pod = parsePodNetwork(await readFile(join(RESULTS, file), 'utf8').catch(() => ''));
    if (!pod) continue;
    for (const name of pod.namespaces) await runCommand('ip', ['netns', 'del', name], { env: toolEnvironment(env) });
    // The pod's loopback device has a note of its own, under a name that all networks share.
    const notes = files.filter((name) => name.includes(pod.containerId));
    for (const note of notes) await rm(join(RESULTS, note), { force: true });
  }
}
