import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type DataSchema, fail, ProblemError, type Result, succeed, unwrap } from '@modelyard/core';
import { scaffoldService } from '@modelyard/standards';
import { cudaWarnings, inferDataSchema, type ModelServiceAnswers, parseModelServiceAnswers } from '@modelyard/templates';
import { type GeneratorCallback, logger, type Tree } from '@nx/devkit';
import { normalizeDirectory, requireWorkspace } from '../place.ts';
import { treeSink } from '../tree-sink.ts';

export interface ModelServiceOptions {
  readonly name: string;
  readonly directory?: string;
  readonly owner?: string;
  readonly python?: string;
  readonly framework?: string;
  readonly accelerator?: string;
  readonly frameworkVersion?: string;
  readonly cuda?: string;
  readonly gpuBase?: string;
  readonly acceptUnknown?: boolean;
  readonly minDriver?: string;
  readonly lessonGpu?: boolean;
  readonly port?: number;
  readonly gpus?: number;
  readonly lesson?: boolean;
  readonly tracking?: string;
  readonly data?: string;
  readonly target?: string;
  readonly exclude?: readonly string[];
}

/** Makes a model service in the workspace; bad input throws a ProblemError and leaves the tree as it was. */
export default async function modelService(tree: Tree, options: ModelServiceOptions): Promise<GeneratorCallback> {
  requireWorkspace(tree, 'nx g model-service');
  const table = unwrap(readTable(options));
  const answers = unwrap(
    parseModelServiceAnswers({ ...options, ...(table ? { data: table.schema, hasOwnData: true } : {}) }, 'nx g model-service'),
  );
  const directory = normalizeDirectory(options.directory ?? `services/${answers.name}`);
  requireFreeDirectory(tree, directory, answers);
  scaffoldService(treeSink(tree), directory, answers, table?.csv);
  return () => {
    const { cuda, framework } = answers;
    for (const warning of cuda ? cudaWarnings(framework, cuda) : []) logger.warn(warning);
    const steps = [...(cuda && !cuda.hasLock ? ['lock'] : []), 'train', 'test'].map((step) => `\n  npx nx run ${answers.name}:${step}`);
    logger.info(`\n${directory} is ready. Next:${steps.join('')}`);
  };
}

function requireFreeDirectory(tree: Tree, directory: string, answers: ModelServiceAnswers): void {
  if (!tree.exists(directory)) return;
  throw new ProblemError([
    {
      code: 'folder-exists',
      where: directory,
      what: `the folder for "${answers.name}" exists already; nothing was written`,
      remedy: 'choose another name, or another folder with --directory',
    },
  ]);
}

/** The user's own table and its schema, when --data is given. */
function readTable(options: ModelServiceOptions): Result<{ csv: string; schema: DataSchema } | undefined> {
  if (options.data === undefined) return withoutTable(options);
  const file = resolve(options.data);
  if (!existsSync(file)) {
    return fail({
      code: 'no-table',
      where: options.data,
      what: 'there is no such file',
      remedy: 'give --data the path of a CSV table with a header line',
    });
  }
  if (options.target === undefined) {
    return fail({
      code: 'no-target',
      where: 'nx g model-service',
      what: '--data is given without --target',
      remedy: 'name the column to predict, for example --target=churned',
    });
  }
  const text = decodeTable(readFileSync(file), options.data);
  if (!text.ok) return text;
  const csv = text.value.replaceAll('\r\n', '\n');
  const schema = inferDataSchema(csv, options.target, options.data, { exclude: options.exclude ?? [] });
  return schema.ok ? succeed({ csv, schema: schema.value }) : schema;
}

/** The sample, unless columns of a table are named. */
function withoutTable(options: ModelServiceOptions): Result<undefined> {
  const given = (['target', 'exclude'] as const).filter((option) => options[option] !== undefined && options[option].length > 0);
  if (given.length === 0) return succeed(undefined);
  return fail({
    code: 'no-table',
    where: 'nx g model-service',
    what: `${given.map((option) => `--${option}`).join(' and ')} ${given.length === 1 ? 'is' : 'are'} given without --data`,
    remedy: 'give --data the path of a CSV table with a header line',
  });
}

/** The text of a table in UTF-8, without its byte order mark. */
function decodeTable(bytes: Uint8Array, file: string): Result<string> {
  try {
    return succeed(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return fail({
      code: 'bad-encoding',
      where: file,
      what: 'it is not UTF-8',
      remedy: 'save it as UTF-8: some of its letters would be lost',
    });
  }
}
