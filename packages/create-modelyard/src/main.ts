#!/usr/bin/env node
import { EXIT_CODES, formatBug, formatProblems, nodeVersionProblem, ProblemError } from '@modelyard/core';
import { parseCommandLine } from './command-line.ts';
import { HELP, VERSION } from './help.ts';
import { runWorkspaceGenerator } from './run-generator.ts';

try {
  const command = parseCommandLine(process.argv.slice(2));
  if (command.kind === 'help') console.log(HELP);
  else if (command.kind === 'version') console.log(VERSION);
  else {
    const old = nodeVersionProblem(process.versions.node, 'create-modelyard');
    if (old) throw new ProblemError([old]);
    await runWorkspaceGenerator(command.request, process.cwd());
  }
} catch (error) {
  const isProblem = error instanceof ProblemError;
  console.error(isProblem ? `\n${formatProblems(error.problems)}` : formatBug(error));
  process.exitCode = EXIT_CODES[isProblem ? error.exit : 'bug'].code;
}
