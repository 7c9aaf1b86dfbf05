import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ClusterMode, ClusterStatus, ClusterWorld } from '@modelyard/cluster';
import { chooseEnvironment, parseWorkspaceConfig, unwrap, WORKSPACE_FILE } from '@modelyard/core';
import { formatLookJson, kubeconfigFiles, readClusterIdentity, terminalWorld } from '@modelyard/deploy';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Finish } from './finish.ts';
import { inEnvironment, outputOption } from './service-options.ts';
import { findWorkspace } from './services.ts';
import { inSession, type Session } from './session.ts';

interface Options {
  readonly gpus?: number;
  readonly name?: string;
  readonly mode?: ClusterMode;
  readonly output?: 'text' | 'json';
  readonly environment?: string;
}

/** Adds `cluster up|status|load|down`. The cluster edge is loaded only when one of them runs. */
export function addClusterCommands(program: Command, finish: Finish): void {
  const cluster = program.command('cluster').description('a real Kubernetes on this machine, with simulated GPUs');
  const named = (command: Command): Command => command.option('--name <name>', 'name of the cluster, when there is more than one');
  const run = (body: (session: Session, options: Options) => Promise<void>) => async (options: Options) =>
    finish(await inSession(options.output ?? 'text', (session) => body(session, options)));
  named(cluster.command('up').description('brings it up: one node with real containers, or a control plane alone'))
    .option('--gpus <count>', 'simulated nvidia.com/gpu devices', wholeNumber, 0)
    .addOption(
      new Option('--mode <mode>', 'node runs containers (Linux, root); control-plane answers the API, its nodes are simulated')
        .choices(['node', 'control-plane'])
        .default('node'),
    )
    .action(run(up));
  named(cluster.command('status').description('shows whether it runs, its nodes and their GPUs'))
    .addOption(new Option('-o, --output <format>', 'text or JSON').choices(['text', 'json']).default('text'))
    .action(run(status));
  named(cluster.command('load <image>').description('brings an image of the Docker engine into the node')).action(
    async (image: string, options: Options) => finish(await inSession('text', (session) => load(image, session, options))),
  );
  inEnvironment(cluster.command('id').description("prints which cluster an environment's context leads to, as modelyard.yaml says it"))
    .addOption(outputOption())
    .action(run(identify));
  named(cluster.command('down').description('takes it down; nothing of it is left')).action(run(down));
}

async function up(session: Session, options: Options): Promise<void> {
  const { clusterUp } = await import('@modelyard/cluster');
  const state = await clusterUp({ mode: options.mode ?? 'node', gpus: options.gpus ?? 0, name: options.name }, worldOf(session));
  session.terminal.print(`\nKubernetes ${state.kubernetesVersion} is up: context ${state.context}, ${state.gpus} simulated GPUs`);
}

async function status(session: Session, options: Options): Promise<void> {
  const { clusterStatus } = await import('@modelyard/cluster');
  const report = await clusterStatus({ name: options.name }, worldOf(session));
  session.terminal.print(options.output === 'json' ? formatLookJson(report, 2) : describe(report));
}

async function load(image: string, session: Session, options: Options): Promise<void> {
  const { loadImage } = await import('@modelyard/cluster');
  const loaded = await loadImage(image, { name: options.name }, worldOf(session));
  session.terminal.print(`loaded ${loaded.pinned ?? loaded.reference}`);
}

async function identify({ cwd, terminal }: Session, { environment, output }: Options): Promise<void> {
  const workspace = findWorkspace(cwd);
  const config = unwrap(parseWorkspaceConfig(readFileSync(join(workspace, WORKSPACE_FILE), 'utf8'), WORKSPACE_FILE));
  const chosen = unwrap(chooseEnvironment(config, environment, WORKSPACE_FILE));
  const kubeconfig = chosen.kubeconfig && { kubeconfig: resolve(workspace, chosen.kubeconfig) };
  const identity = await readClusterIdentity({ ...chosen, ...kubeconfig }, kubeconfigFiles(terminal.env), terminalWorld(terminal));
  const lines = [
    `# of the environment "${chosen.name}" (context ${chosen.context})`,
    `clusterId: ${identity.clusterId}`,
    `server: ${identity.server}`,
  ];
  terminal.print(output === 'json' ? formatLookJson({ environment: chosen.name, ...identity }) : lines.join('\n'));
}

async function down(session: Session, options: Options): Promise<void> {
  const { clusterDown } = await import('@modelyard/cluster');
  await clusterDown({ name: options.name }, worldOf(session));
}

function describe(report: ClusterStatus): string {
  if (report.outcome === 'absent') return 'no cluster; bring one up with "npx modelyard cluster up"';
  const { state, nodes, ended } = report;
  return [
    `${report.outcome}: Kubernetes ${state.kubernetesVersion}, context ${state.context}, ${state.server}`,
    ...nodes.map((node) => `node ${node.name}: ${node.isReady ? 'ready' : 'not ready'}, ${node.gpus} nvidia.com/gpu`),
    ...(ended.length > 0 ? [`ended processes: ${ended.join(', ')}`] : []),
  ].join('\n');
}

const worldOf = (session: Session): ClusterWorld => ({ env: session.terminal.env as NodeJS.ProcessEnv, log: session.terminal.print });

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('give a whole number from 0');
  return Number(text);
}
