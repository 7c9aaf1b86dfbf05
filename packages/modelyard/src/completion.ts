import type { Command, Option } from 'commander';

/** What completion knows of the workspace; each is read only when it is asked for. */
export interface WorkspaceWords {
  services(): readonly string[];
  environments(): readonly string[];
}

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** Each asks the command line itself, so that a script that was installed once knows later options and services. */
const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `_modelyard() {
  local IFS=$'\\n'
  COMPREPLY=($(modelyard complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _modelyard modelyard`,
  zsh: `#compdef modelyard
_modelyard() {
  local -a candidates
  candidates=(\${(f)"$(modelyard complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)"})
  compadd -a candidates
}
compdef _modelyard modelyard`,
  fish: `complete -c modelyard -f -a '(modelyard complete -- (commandline -opc)[2..-1] "$(commandline -ct)" 2>/dev/null)'`,
};

/** The script that a shell reads to complete `modelyard`. */
export const completionScript = (shell: Shell): string => SCRIPTS[shell];

/** What the last of the words may become; the words are those after `modelyard`, and the last one may be empty. */
export function candidatesFor(program: Command, words: readonly string[], workspace: WorkspaceWords): string[] {
  const before = words.slice(0, -1);
  const begun = words.at(-1) ?? '';
  const command = before.reduce((at, word) => at.commands.find((one) => one.name() === word) ?? at, program);
  return wordsFor(command, before, begun, workspace).filter((word) => word.startsWith(begun));
}

function wordsFor(command: Command, before: readonly string[], begun: string, workspace: WorkspaceWords): readonly string[] {
  const option = command.options.find(({ short, long }) => before.length > 0 && [short, long].includes(before.at(-1)));
  if (option?.required) return valuesOf(option, workspace);
  if (begun.startsWith('-')) return [...command.options.flatMap((one) => one.long ?? []), '--help'];
  const subcommands = command.createHelp().visibleCommands(command);
  const takesServices = command.registeredArguments.some((argument) => argument.name() === 'service');
  const choices = command.registeredArguments.flatMap((argument) => argument.argChoices ?? []);
  const services = takesServices ? workspace.services().filter((name) => !before.includes(name)) : [];
  return [...subcommands.map((one) => one.name()), ...choices, ...services];
}

function valuesOf(option: Option, workspace: WorkspaceWords): readonly string[] {
  return option.long === '--environment' ? workspace.environments() : (option.argChoices ?? []);
}
