import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { nearestWord, ProblemError } from '@modelyard/core';

/** What the command line asks for. */
export type Command =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'create'; readonly request: CreateRequest };

export interface CreateRequest {
  readonly name: string | undefined;
  readonly yes: boolean;
  readonly registry: string | undefined;
  readonly pythonImage: string | undefined;
  readonly packages: Readonly<Record<string, string>>;
  readonly install: boolean;
  readonly git: boolean;
  readonly dryRun: boolean;
}

const OPTIONS = {
  yes: { type: 'boolean', short: 'y' },
  registry: { type: 'string' },
  'python-image': { type: 'string' },
  packages: { type: 'string' },
  'skip-install': { type: 'boolean' },
  'skip-git': { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const;

/** Reads the arguments after the command's name; throws a ProblemError for an unknown option or a missing name. */
export function parseCommandLine(args: readonly string[]): Command {
  const { values, positionals } = readArguments(args);
  if (values.help) return { kind: 'help' };
  if (values.version) return { kind: 'version' };
  if (positionals.length > 1) throw usage(`one name was expected, not "${positionals.join(' ')}"`, 'npm create modelyard@latest acme-ml');
  if (values.yes && positionals[0] === undefined)
    throw usage('--yes needs the name of the workspace', 'npm create modelyard@latest acme-ml -- --yes');
  const request: CreateRequest = {
    name: positionals[0],
    yes: values.yes ?? false,
    registry: values.registry,
    pythonImage: values['python-image'],
    packages: values.packages === undefined ? {} : packedPackages(values.packages),
    install: !values['skip-install'],
    git: !values['skip-git'],
    dryRun: values['dry-run'] ?? false,
  };
  return { kind: 'create', request };
}

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    const unknown = /'(--?[^' ]+)/.exec((error as Error).message)?.[1] ?? '';
    const nearest = nearestWord(unknown.replace(/^-+/, ''), Object.keys(OPTIONS));
    const fault =
      (error as { code?: string }).code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' ? `unknown option ${unknown}` : (error as Error).message;
    throw usage(fault, nearest ? `did you mean --${nearest}? --help lists all` : '--help lists all options');
  }
}

/** Packages in a folder of tarballs that `npm pack` made: name → file specifier. */
function packedPackages(directory: string): Record<string, string> {
  const folder = resolve(directory);
  const found = (existsSync(folder) ? readdirSync(folder) : []).flatMap((file) => {
    const match = /^(modelyard-)?(.+)-\d+\.\d+\.\d+[^/]*\.tgz$/.exec(file);
    if (/^(create|generator)-modelyard-/.test(file)) return [];
    return match ? [[`${match[1] ? '@modelyard/' : ''}${match[2]}`, `file:${folder}/${file}`] as const] : [];
  });
  if (found.length === 0)
    throw usage(`--packages ${directory} holds no packed packages`, 'give the folder that "npm pack --pack-destination" wrote to');
  return Object.fromEntries(found);
}

const usage = (what: string, remedy: string) => new ProblemError([{ code: 'bad-usage', where: 'create-modelyard', what, remedy }]);
