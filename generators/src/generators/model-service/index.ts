import { makeService } from '@modelyard/standards';
import Generator from 'yeoman-generator';
import { memFsSink } from '../../mem-fs-sink.ts';
import { OPTIONS } from './options.ts';

const TYPES = { string: String, number: Number, boolean: Boolean, array: String } as const;

/** Makes a model service in the workspace of the current folder, as `nx g model-service` does. It never overwrites. */
export default class ModelServiceGenerator extends Generator {
  #done: readonly string[] = [];

  constructor(args: string | string[], options: object, features: object = {}) {
    // Only the lock is changed, beside new files: there is nothing to ask about.
    const ownCommit = { disableLodashProperty: true, customInstallTask: true, customCommitTask: () => this.fs.commit() };
    super(args as string[], options as never, { ...features, ...ownCommit } as never);
    this.argument('name', { type: String, required: true, description: 'name of the service: lower-case letters, digits and "-"' });
    for (const { name, type, description } of OPTIONS) this.option(name, { type: TYPES[type], description });
  }

  writing(): void {
    const options = this.options as unknown as Readonly<Record<string, unknown>> & { readonly name: string };
    const given = (name: string, type: string) => (type === 'array' ? listOf(options[name]) : options[name]);
    const answered = OPTIONS.map(({ name, type }) => [name, given(name, type)] as const).filter(([, value]) => value !== undefined);
    const sink = memFsSink(this.fs, this.destinationRoot());
    const made = makeService(sink, { ...Object.fromEntries(answered), name: options.name }, 'yo modelyard:model-service');
    this.#done = [...made.warnings, `\n${made.directory} is ready. Next:`, ...made.nextSteps.map((step) => `  ${step}`)];
  }

  end(): void {
    for (const line of this.#done) this.log(line);
  }
}

/** Yeoman gives a repeated option as a list, and a single one as it is. */
const listOf = (value: unknown): string[] | undefined => (value === undefined ? undefined : [value].flat().map(String));
