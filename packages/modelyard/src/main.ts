import { EXIT_CODES, formatProblems, nodeVersionProblem } from '@modelyard/core';
import { runCommandLine } from './command-line.ts';
import { onLostReader } from './lost-reader.ts';

// A command that is under way is told by its session.
onLostReader(() => undefined);

const old = nodeVersionProblem(process.versions.node, 'modelyard');
if (old) {
  console.error(formatProblems([old]));
  process.exitCode = EXIT_CODES.input.code;
} else {
  // No await at the top: the bundle is CommonJS, which cannot have one.
  void runCommandLine(process.argv.slice(2)).then(leave);
}

/** Ends the process when all that it said has been taken. Connections that were closed would keep it for another moment. */
function leave(code: number): void {
  process.exitCode = code;
  process.stdout.write('', () => process.stderr.write('', () => process.exit()));
}
