import { readFile, rm, rmdir } from 'node:fs/promises';
import { runCommand } from '@modelyard/image';
import type { Machine } from './machine.ts';

const DOCKER_RULE = /docker0|DOCKER/;

/** Unmounts everything below a folder, the deepest first. */
export async function unmountBelow(folder: string, machine: Machine): Promise<void> {
  const table = await readFile('/proc/self/mountinfo', 'utf8');
  const points = table.split('\n').map((line) => (line.split(' ')[4] ?? '').replaceAll('\\040', ' '));
  const below = points.filter((point) => point.startsWith(`${folder}/`)).toSorted((a, b) => b.length - a.length);
  for (const point of below) await runCommand('umount', ['--lazy', point], { env: machine.env });
}

/** Whether this machine's packet filter holds rules of a Docker engine. */
export async function hasDockerNetwork(machine: Machine): Promise<boolean> {
  const { stdout } = await runCommand('iptables-save', [], { env: machine.env });
  return DOCKER_RULE.test(stdout);
}

/** Takes away what an ended Docker engine leaves in the network: its bridge, rules and chains. */
export async function removeDockerNetwork(machine: Machine): Promise<void> {
  for (const table of ['nat', 'filter']) {
    const { stdout } = await runCommand('iptables-save', ['-t', table], { env: machine.env });
    for (const args of removalsOf(stdout)) await runCommand('iptables', ['-t', table, ...args], { env: machine.env });
  }
  await runCommand('ip', ['link', 'delete', 'docker0'], { env: machine.env });
}

/** The iptables arguments that undo Docker's part of what `iptables-save` printed: rules first, then the emptied chains. */
export function removalsOf(saved: string): string[][] {
  const lines = saved.split('\n');
  const rules = lines.filter((line) => line.startsWith('-A ') && DOCKER_RULE.test(line));
  const chains = lines.flatMap((line) => /^:(DOCKER\S*)/.exec(line)?.[1] ?? []);
  return [
    ...rules.map((rule) => ['-D', ...rule.split(' ').slice(1)]),
    ...chains.flatMap((chain) => [
      ['-F', chain],
      ['-X', chain],
    ]),
  ];
}

/** Removes an engine's run folder, and the folders dockerd makes beside it when nothing else uses them. */
export async function removeRunFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  for (const empty of ['/run/docker/plugins', '/run/docker']) await rmdir(empty).catch(() => {});
}
