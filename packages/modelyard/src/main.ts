import { EXIT_CODES, formatProblems, nodeVersionProblem, type Problem } from '@modelyard/core';
import { runCommandLine } from './command-line.ts';
import { onLostOutput } from './lost-output.ts';

let lost: Problem | undefined;

// A command that is under way is told by its session. Whoever reads the output may have enough of it, which is no fault.
onLostOutput(({ code, message }) => {
  if (code === 'EPIPE' || lost) return;
  lost = {
    code: 'output-lost',
    where: 'output',
    what: `it could not be written: ${message}`,
    remedy: 'make room where it goes, and try again',
  };
  console.error(formatProblems([lost]));
});

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
  const end = () => process.exit(lost && code === EXIT_CODES.done.code ? EXIT_CODES.interrupted.code : code);
  // What became of the last words is told after they were written.
  process.stdout.write('', () => process.stderr.write('', () => setImmediate(end)));
}
