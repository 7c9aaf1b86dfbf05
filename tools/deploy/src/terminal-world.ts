import { hostname, userInfo } from 'node:os';
import type { Problem } from '@modelyard/core';
import { imageResolver } from '@modelyard/image';
import { connectCluster } from './cluster/index.ts';
import {
  type DeployEvent,
  formatEvent,
  formatEventJson,
  formatFailure,
  formatFailureJson,
  openLiveTable,
  type Screen,
} from './report/index.ts';
import { systemClock } from './system-clock.ts';
import type { World } from './world.ts';

/** How a door shows what happens. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly output: 'text' | 'json';
  readonly colours: boolean;
  readonly signal?: AbortSignal;
  /** Where a table can be drawn; left out, everything is lines. */
  readonly screen?: Screen;
  print(line: string): void;
  /** Reads one line from whoever sits there; absent where nobody does. */
  ask?(question: string): Promise<string>;
}

/** The world of a door: the real clock, real clusters, events printed as they come, images loaded into the local cluster. */
export function terminalWorld(terminal: Terminal): World {
  const { output, colours, signal } = terminal;
  return {
    clock: systemClock,
    connect: (access) => connectCluster({ ...access, env: terminal.env }),
    holder: `${userInfo().username}@${hostname()}, process ${process.pid}`,
    report: (event, service) => terminal.print(output === 'json' ? formatEventJson(event, service) : linesOf(event, service, colours)),
    resolveImage: imageResolver(terminal.env),
    deliver: (image, context) => loadIntoLocalCluster(image, context, terminal),
    ...(signal ? { signal } : {}),
    ...(terminal.ask ? { ask: askedOnce(terminal.ask) } : {}),
  };
}

/** Services that are deployed together need one answer. */
function askedOnce(ask: (question: string) => Promise<string>): (question: string) => Promise<string> {
  const answers = new Map<string, Promise<string>>();
  return (question) => {
    const answer = answers.get(question) ?? ask(question);
    answers.set(question, answer);
    return answer;
  };
}

/** Lends the world of a deploy of several services: with a live table where there is a screen, else with lines. */
export async function withManyWorld<T>(terminal: Terminal, services: readonly string[], use: (world: World) => Promise<T>): Promise<T> {
  const { screen, ask } = terminal;
  if (!screen || terminal.output === 'json' || services.length < 2) return use(terminalWorld(terminal));
  const table = openLiveTable(services, screen, systemClock, terminal);
  try {
    const beside = { print: table.print, ...(ask ? { ask: (question: string) => table.aside(() => ask(question)) } : {}) };
    return await use({ ...terminalWorld({ ...terminal, ...beside }), report: table.report });
  } finally {
    table.close();
  }
}

/** Each line of a service's text begins with its name, where several are deployed at once. */
function linesOf(event: DeployEvent, service: string | undefined, colours: boolean): string {
  const text = formatEvent(event, { colours, brief: service !== undefined });
  return service === undefined ? text : text.replace(/^/gm, `${service.padEnd(NAME_WIDTH)} `);
}

const NAME_WIDTH = 16;

/** Problems as the terminal wants them. */
export function printableFailure(problems: readonly Problem[], terminal: Pick<Terminal, 'output' | 'colours'>): string {
  return terminal.output === 'json' ? formatFailureJson(problems) : formatFailure(problems, { colours: terminal.colours });
}

/** The cluster edge is loaded here and not before: deploys to other clusters never need it. */
async function loadIntoLocalCluster(image: string, context: string, terminal: Terminal): Promise<void> {
  const { clusterOfContext, loadImage } = await import('@modelyard/cluster');
  const log = (line: string) => terminal.output === 'text' && terminal.print(`         ${line}`);
  await loadImage(image, { name: clusterOfContext(context) }, { env: terminal.env as NodeJS.ProcessEnv, log });
}
