import { EXIT_CODES, formatProblems, nodeVersionProblem } from '@modelyard/core';
import { runCommandLine } from './command-line.ts';

// Whoever reads the output may go before it ends ("--help | head"); a command that is under way is told by its session.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

const old = nodeVersionProblem(process.versions.node, 'modelyard');
if (old) {
  console.error(formatProblems([old]));
  process.exitCode = EXIT_CODES.input.code;
} else {
  // No await at the top: the bundle is CommonJS, which cannot have one.
  void runCommandLine(process.argv.slice(2)).then((code) => {
    process.exitCode = code;
  });
}
