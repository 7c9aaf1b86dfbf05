import { makeService, type ServiceOptions } from '@modelyard/standards';
import { type GeneratorCallback, logger, type Tree } from '@nx/devkit';
import { treeSink } from '../tree-sink.ts';

/** The options of schema.json; what they may be is checked where the answers are parsed. */
export interface ModelServiceOptions extends ServiceOptions {
  readonly [option: string]: unknown;
}

/** Makes a model service in the workspace; bad input throws a ProblemError and leaves the tree as it was. */
export default async function modelService(tree: Tree, options: ModelServiceOptions): Promise<GeneratorCallback> {
  const { directory, warnings, nextSteps } = makeService(treeSink(tree), withTexts(options), 'nx g model-service');
  return () => {
    for (const warning of warnings) logger.warn(warning);
    logger.info(`\n${directory} is ready. Next:${nextSteps.map((step) => `\n  ${step}`).join('')}`);
  };
}

/** Nx takes digits on the command line for a number; a column may be called 2020. */
function withTexts(options: ModelServiceOptions): ModelServiceOptions {
  const { name, target, exclude } = options;
  return {
    ...options,
    ...(name === undefined ? {} : { name: String(name) }),
    ...(target === undefined ? {} : { target: String(target) }),
    ...(exclude === undefined ? {} : { exclude: exclude.map(String) }),
  };
}
