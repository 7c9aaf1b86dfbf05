import { EXIT_CODES, MODELYARD_VERSION } from '@modelyard/core';
import { Command, CommanderError } from 'commander';
import { addClusterCommands } from './cluster-commands.ts';
import { addCompletionCommands } from './completion-commands.ts';
import { addDoctorCommand } from './doctor-command.ts';
import type { Finish } from './finish.ts';
import { addServiceCommands } from './service-commands.ts';

/** The whole command line; the reference page is generated from it. */
export function buildProgram(finish: Finish): Command {
  const codes = Object.values(EXIT_CODES).map(({ code, meaning }) => `  ${String(code).padStart(3)}  ${meaning}`);
  const program = new Command('modelyard')
    .description('Ships machine-learning model services to Kubernetes')
    .version(MODELYARD_VERSION)
    // "deploy role churn -e staging": what follows a subcommand is the subcommand's. Each command down to it has to know that.
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .showHelpAfterError('(--help lists commands and options)')
    .exitOverride()
    .addHelpText('after', `\nExit codes:\n${codes.join('\n')}`);
  addServiceCommands(program, finish);
  addClusterCommands(program, finish);
  addDoctorCommand(program, finish);
  addCompletionCommands(program);
  return program;
}

/** Runs the command that the arguments name; gives its exit code. */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  let exitCode: number = EXIT_CODES.done.code;
  const program = buildProgram((code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT_CODES.done.code : EXIT_CODES.input.code;
  }
}
