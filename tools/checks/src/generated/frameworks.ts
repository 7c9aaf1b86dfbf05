import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ROOT } from '../sources.ts';

const FOLDER = 'packages/templates/packs/model-service/frameworks';
const PATH = 'packages/core/src/frameworks.ts';

interface FrameworkFacts {
  /** Place among those offered; the first is the default. */
  readonly order: number;
  readonly modelSuffix: string;
  readonly batchRows: number;
  readonly systemPackages: readonly string[];
}

/** The list of frameworks in core, from the framework.json of each folder in the pack. */
export function frameworkList(): Map<string, string> {
  const frameworks = globSync(`${FOLDER}/*/framework.json`, { cwd: ROOT })
    .map((path) => ({ name: basename(dirname(path)), ...(JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as FrameworkFacts) }))
    .sort((a, b) => a.order - b.order);
  const lines = frameworks.map(
    ({ name, modelSuffix, batchRows, systemPackages }) => `  ${name}: {
    modelSuffix: '${modelSuffix}',
    batchRows: ${batchRows},
    systemPackages: ${listOf(systemPackages)},
  },`,
  );
  return new Map([[PATH, `${HEAD}${lines.join('\n')}\n${TAIL}`]]);
}

const listOf = (names: readonly string[]) => `[${names.map((name) => `'${name}'`).join(', ')}]`;

const HEAD = `// Made by "npm run generate" from the framework.json files of the model-service pack; do not edit.

/** What Modelyard knows of each framework beside its folder in the pack, the default first. */
export const FRAMEWORK_FACTS = {
`;

const TAIL = `} as const satisfies Record<string, FrameworkFacts>;

export interface FrameworkFacts {
  /** Suffix of the model file that training writes. */
  readonly modelSuffix: string;
  /** Rows of waiting requests that may share one call of the model; 1 where sharing does not win. */
  readonly batchRows: number;
  /** Debian packages that the image needs. */
  readonly systemPackages: readonly string[];
}

export type Framework = keyof typeof FRAMEWORK_FACTS;
export const FRAMEWORKS = Object.keys(FRAMEWORK_FACTS) as readonly Framework[];
`;
