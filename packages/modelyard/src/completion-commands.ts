import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ProblemError, parseWorkspaceConfig, WORKSPACE_FILE } from '@modelyard/core';
import { Argument, type Command } from 'commander';
import { candidatesFor, completionScript, SHELLS, type Shell, type WorkspaceWords } from './completion.ts';
import { findWorkspace, listServices } from './services.ts';

/** Adds `completion`, and the hidden `complete` that its scripts ask. */
export function addCompletionCommands(program: Command): void {
  program
    .command('completion')
    .description('prints the script that completes commands, options, services and environments in a shell')
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .addHelpText(
      'after',
      '\nbash, in ~/.bashrc:  eval "$(modelyard completion bash)"\nIt completes "modelyard" on the PATH: node_modules/.bin of a workspace.',
    )
    .action((shell: Shell) => console.log(completionScript(shell)));
  program.command('complete [words...]', { hidden: true }).action((words: string[]) => {
    for (const word of candidatesFor(program, words, wordsOf(process.cwd()))) console.log(word);
  });
}

/** Outside a workspace there is nothing to complete, and no reason to fail. */
function wordsOf(cwd: string): WorkspaceWords {
  const within = (read: (workspace: string) => readonly string[]) => (): readonly string[] => {
    try {
      return read(findWorkspace(cwd));
    } catch (error) {
      if (error instanceof ProblemError) return [];
      throw error;
    }
  };
  return { services: within((workspace) => [...listServices(workspace).keys()]), environments: within(environmentsOf) };
}

function environmentsOf(workspace: string): readonly string[] {
  const config = parseWorkspaceConfig(readFileSync(join(workspace, WORKSPACE_FILE), 'utf8'), WORKSPACE_FILE);
  return config.ok ? Object.keys(config.value.environments) : [];
}
