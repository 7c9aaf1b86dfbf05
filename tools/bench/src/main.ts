import { formatBug, formatProblems, nearestWord, ProblemError } from '@modelyard/core';
import { BENCHES } from './benches.ts';
import { describeMachine } from './machine.ts';
import { formatTable } from './table.ts';
import { withTeardown } from './teardown.ts';

const HELP = `npm run bench -- NAME [--json] [its options]

Measures, in one run, what Modelyard makes against what it is compared with. Ratios to the anchor of the same run count; times of two machines do not compare.

${BENCHES.map(({ name, about }) => `  ${name.padEnd(8)} ${about}`).join('\n')}

      --json   the figures as JSON instead of Markdown; progress goes to standard error
  -h, --help   this text`;

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof ProblemError ? formatProblems(error.problems) : formatBug(error));
  return 1;
});

async function main(args: readonly string[]): Promise<number> {
  const [name, ...more] = args.filter((arg) => arg !== '--json');
  const bench = BENCHES.find((one) => one.name === name);
  if (args.includes('--help') || args.includes('-h') || name === undefined) {
    console.log(HELP);
    return name === undefined ? 2 : 0;
  }
  if (!bench) {
    const known = BENCHES.map((one) => one.name);
    const nearest = nearestWord(name, known);
    const remedy = nearest ? `did you mean "${nearest}"? known: ${known.join(', ')}` : `give one of: ${known.join(', ')}`;
    throw new ProblemError([{ code: 'bad-usage', where: 'npm run bench', what: `"${name}" is no bench`, remedy }]);
  }
  const machine = describeMachine();
  const tables = await withTeardown((atEnd) => bench.run((line) => console.error(line), more, atEnd));
  if (args.includes('--json')) console.log(JSON.stringify({ bench: bench.name, machine, tables }, null, 2));
  else console.log([`${machine}\n`, ...tables.map(formatTable)].join('\n\n'));
  return 0;
}
