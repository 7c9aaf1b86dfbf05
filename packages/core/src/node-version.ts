import type { Problem } from './problem.ts';

/** The oldest release of each line of Node.js that runs Modelyard; `engines` of every package says the same. */
const OLDEST: Readonly<Record<number, number>> = { 22: 19, 24: 11 };
const NEWEST_LINE = Math.max(...Object.keys(OLDEST).map(Number));

/** The problem of running on a Node.js that is too old; undefined on one that is new enough. `version` is like "24.11.0". */
export function nodeVersionProblem(version: string, command: string): Problem | undefined {
  const [line = 0, release = 0] = version.split('.').map(Number);
  if (line > NEWEST_LINE || release >= (OLDEST[line] ?? Number.POSITIVE_INFINITY)) return undefined;
  return {
    code: 'old-node',
    where: command,
    what: `Node.js ${version} runs it; 22.19 or 24.11 and later do`,
    remedy: `install Node.js 24, or have npm bring one for this command: npx --package=node@24 --package=${command} ${command}`,
  };
}
