import { existsSync, readdirSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { formatProblems, ProblemError, parseServiceName, unwrap } from '@modelyard/core';
import { scaffoldWorkspace } from '@modelyard/standards';
import { parseWorkspaceAnswers, type WorkspaceAnswers } from '@modelyard/templates';
import Generator from 'yeoman-generator';
import { commitWorkspace } from '../../git.ts';
import { memFsSink } from '../../mem-fs-sink.ts';

interface Options {
  readonly name?: string;
  readonly yes?: boolean;
  readonly registry?: string;
  readonly pythonImage?: string;
  readonly packages?: string;
  readonly install?: boolean;
  readonly git?: boolean;
  readonly dryRun?: boolean;
}

/** Makes a platform workspace in a new folder. It never overwrites: a folder with files in it is refused. */
export default class WorkspaceGenerator extends Generator {
  #answers: WorkspaceAnswers | undefined;
  #directory = '';

  constructor(args: string | string[], options: object, features: object = {}) {
    // Yeoman's own commit step compares with the disk and asks; here the target is known to be empty, so it only writes.
    super(
      args as string[],
      options as never,
      { ...features, disableLodashProperty: true, customInstallTask: true, customCommitTask: () => this.#writeToDisk() } as never,
    );
    this.argument('name', { type: String, required: false, description: 'name of the workspace and of its folder' });
    this.option('yes', { type: Boolean, default: false, description: 'take the defaults and ask nothing' });
    this.option('registry', { type: String, description: 'prefix of image names, for example ghcr.io/acme' });
    this.option('pythonImage', { type: String, description: 'base image; {version} becomes the Python version' });
    this.option('packages', { type: String, description: 'JSON: npm specifier by package, instead of the published ones' });
    this.option('install', { type: Boolean, default: true, description: 'run npm install' });
    this.option('git', { type: Boolean, default: true, description: 'make a git repository with a first commit' });
    this.option('dryRun', { type: Boolean, default: false, description: 'list the files and write nothing' });
  }

  async prompting(): Promise<void> {
    const options = this.options as Options;
    const asked = options.yes ? {} : await this.#ask(options);
    const given = { ...options, ...asked };
    const name = given.name ?? 'acme-ml';
    const packages = options.packages ? (JSON.parse(options.packages) as Record<string, string>) : {};
    this.#directory = resolve(this.destinationRoot(), name);
    this.#answers = unwrap(parseWorkspaceAnswers({ ...given, name: basename(this.#directory), packages }, 'create-modelyard'));
    requireEmptyFolder(this.#directory);
    this.destinationRoot(this.#directory);
  }

  writing(): void {
    const files = scaffoldWorkspace(memFsSink(this.fs, this.#directory), this.#answers as WorkspaceAnswers);
    if ((this.options as Options).dryRun) for (const file of files) this.log(`would create ${file.path}`);
  }

  async install(): Promise<void> {
    const { install, dryRun } = this.options as Options;
    if (install === false || dryRun) return;
    this.log('\ninstalling packages (npm install)');
    await this.spawn('npm', ['install', '--no-audit', '--no-fund'], { cwd: this.#directory });
  }

  async end(): Promise<void> {
    const { git, dryRun, install } = this.options as Options;
    if (dryRun) return;
    if (git !== false) this.log(await commitWorkspace(this.#directory));
    const name = basename(this.#directory);
    const steps = [`cd ${name}`, ...(install === false ? ['npm install'] : []), 'npx nx g model-service churn'];
    this.log(`\n${name} is ready. Next:${steps.map((step) => `\n  ${step}`).join('')}`);
  }

  #ask(options: Options): Promise<Options> {
    return this.prompt<Options>([
      {
        type: 'input',
        name: 'name',
        message: 'Name of the workspace',
        default: 'acme-ml',
        when: () => options.name === undefined,
        validate: explainName,
      },
      {
        type: 'input',
        name: 'registry',
        message: 'Registry for images (empty: keep them on this machine)',
        when: () => options.registry === undefined,
      },
    ] as never);
  }

  async #writeToDisk(): Promise<void> {
    if (!(this.options as Options).dryRun) await this.fs.commit();
  }
}

function explainName(name: string): true | string {
  const names = parseServiceName(name);
  return names.ok ? true : formatProblems(names.problems);
}

function requireEmptyFolder(directory: string): void {
  if (!existsSync(directory) || readdirSync(directory).length === 0) return;
  throw new ProblemError([
    {
      code: 'folder-exists',
      where: directory,
      what: 'the folder is not empty; nothing was written',
      remedy: 'choose another name, or empty the folder first',
    },
  ]);
}
