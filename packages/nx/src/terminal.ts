import { relative } from 'node:path';
import type { ServiceQuestion, Terminal } from '@modelyard/deploy';
import type { Project } from './project.ts';

/** The terminal that executors print to: text, coloured where Nx shows colours. */
export function executorTerminal(): Terminal {
  const colours = process.stdout.isTTY === true && !process.env.NO_COLOR;
  return { env: process.env, output: 'text', colours, print: (line) => console.log(line) };
}

/** Which service an executor means, in the words of the deploy library. */
export function questionOf(project: Project, environment: string | undefined): ServiceQuestion {
  return {
    workspaceRoot: project.workspace,
    serviceRoot: relative(project.workspace, project.directory).replaceAll('\\', '/'),
    env: process.env,
    ...(environment === undefined ? {} : { environment }),
  };
}
