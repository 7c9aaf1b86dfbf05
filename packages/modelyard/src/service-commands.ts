import { DEFAULT_CONCURRENCY } from '@modelyard/deploy';
import type { Command } from 'commander';
import { addCanaryCommands } from './canary-commands.ts';
import { deploy, destroy, promote, rollback } from './change-commands.ts';
import type { Finish } from './finish.ts';
import { DEFAULT_LOG_LINES, diff, history, logs, render, role, status } from './look-commands.ts';
import {
  inEnvironment,
  type Options,
  ofImage,
  ofMany,
  outputOption,
  positive,
  type ServiceBody,
  seconds,
  withLock,
} from './service-options.ts';
import { inSession } from './session.ts';

/** Adds the commands that concern services: those that change a cluster, then those that look. */
export function addServiceCommands(program: Command, finish: Finish): void {
  const run = (body: ServiceBody) => async (names: string[], options: Options) =>
    finish(await inSession(options.output ?? 'text', (session) => body(names, options, session)));
  addChanges(program, run);
  addLooks(program, run);
  addCanaryCommands(program, run);
}

const DEPLOY_HELP = `
Examples:
  modelyard deploy churn -e staging                  one service; every step is a line
  modelyard deploy --all -e staging                  all; on a terminal a table, elsewhere lines
  modelyard deploy --affected --base=origin/main     in a pipeline: what a change concerns
  modelyard deploy churn -e production --dry-run     what would change, and nothing else
  modelyard deploy --all -o json | jq -c 'select(.type=="failed")'

What is live as it was applied is only proved again. Of many, one that fails stops none of the others;
the exit code is that of the first that failed. Ctrl-C stops before the next step, a second one at once; deploy again to carry on.`;

type Run = (body: ServiceBody) => (names: string[], options: Options) => Promise<void>;

function addChanges(program: Command, run: Run): void {
  const deploying = program
    .command('deploy [service...]')
    .description('deploys services, proves each with its golden predictions, and rolls back what fails');
  withLock(ofImage(ofMany(inEnvironment(deploying))))
    .option('--dry-run', 'show what would change and change nothing')
    .option('--no-rollback', 'leave a rollout that failed as it is')
    .option('--timeout <seconds>', 'longest wait for a rollout; left out, it follows from the load budget', seconds)
    .option('--concurrency <count>', `services that are deployed at the same time; left out, ${DEFAULT_CONCURRENCY}`, positive)
    .addOption(outputOption())
    .addHelpText('after', DEPLOY_HELP)
    .action(run(deploy));
  ofImage(inEnvironment(deploying.command('role [service...]').description('prints the least Role that can deploy a service, as YAML')))
    .option('--cluster', 'print the ClusterRole with which preflight sees GPUs and recognizes the cluster; needs no service')
    .option('--file <file>', 'write to a file instead of the terminal')
    .action(run(role));
  withLock(ofMany(program.command('promote [service...]').description('deploys what is live and proved in one environment to another')))
    .requiredOption('--from <environment>', 'environment whose image, by digest, goes on')
    .requiredOption('--to <environment>', 'environment that it goes to')
    .option('--dry-run', 'show what would change and change nothing')
    .option('--no-rollback', 'leave a rollout that failed as it is')
    .option('--timeout <seconds>', 'longest wait for a rollout; left out, it follows from the load budget', seconds)
    .option('--concurrency <count>', `services that are deployed at the same time; left out, ${DEFAULT_CONCURRENCY}`, positive)
    .addOption(outputOption())
    .action(run(promote));
  withLock(inEnvironment(program.command('rollback <service...>').description('brings an earlier revision back and waits for it')))
    .option('--to <revision>', 'number of "history"; left out, the last proved one that is not live', positive)
    .option('--timeout <seconds>', 'longest wait for the rollout', seconds)
    .addOption(outputOption())
    .action(run(rollback));
  withLock(inEnvironment(program.command('destroy <service...>').description("deletes the services' objects from an environment")))
    .addOption(outputOption())
    .action(run(destroy));
}

function addLooks(program: Command, run: Run): void {
  ofImage(
    ofMany(inEnvironment(program.command('render [service...]').description('prints the Kubernetes objects as YAML, without a cluster'))),
  )
    .option('--file <file>', 'write to a file instead of the terminal')
    .action(run(render));
  ofImage(
    ofMany(
      inEnvironment(program.command('diff [service...]').description('shows what a deploy would change; exit code 2 when anything would')),
    ),
  )
    .addOption(outputOption())
    .action(run(diff));
  ofMany(inEnvironment(program.command('status [service...]').description('shows what runs of services in an environment')))
    .addOption(outputOption())
    .action(run(status));
  inEnvironment(program.command('history <service...>').description('lists the revisions of services, the latest first'))
    .addOption(outputOption())
    .action(run(history));
  inEnvironment(program.command('logs <service...>').description("prints the logs of the services' pods, each line with its pod"))
    .option('-f, --follow', 'go on with new lines until Ctrl-C')
    .option('-p, --previous', 'of the container before the last restart')
    .option('--tail <lines>', `last lines of each pod; left out, ${DEFAULT_LOG_LINES}`, positive)
    .addOption(outputOption())
    .action(run(logs));
}
