import { makeService, type ServiceOptions } from '@modelyard/standards';
import { type GeneratorCallback, logger, type Tree } from '@nx/devkit';
import { asWritten } from '../as-written.ts';
import { treeSink } from '../tree-sink.ts';

/** The options of schema.json; what they may be is checked where the answers are parsed. */
export interface ModelServiceOptions extends ServiceOptions {
  readonly [option: string]: unknown;
}

/** Makes a model service in the workspace; bad input throws a ProblemError and leaves the tree as it was. */
export default async function modelService(tree: Tree, options: ModelServiceOptions): Promise<GeneratorCallback> {
  const { directory, warnings, nextSteps } = makeService(treeSink(tree), asWritten(options, process.argv), 'nx g model-service');
  return () => {
    for (const warning of warnings) logger.warn(warning);
    logger.info(`\n${directory} is ready. Next:${nextSteps.map((step) => `\n  ${step}`).join('')}`);
  };
}
