import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_PORT, FRAMEWORKS, PYTHON_VERSIONS, TRACKINGS } from '@modelyard/core';
import { GPU_BASES } from '@modelyard/templates';
import { ROOT } from '../sources.ts';

const PATH = 'packages/nx/src/generators/model-service/schema.json';
const YEOMAN_PATH = 'generators/src/generators/model-service/options.ts';

type Property = Record<string, unknown>;
type Properties = Readonly<Record<string, Property>>;

/** The option schema of `nx g model-service`, with the values that core offers; and the same options for Yeoman. */
export function generatorSchema(): Map<string, string> {
  const schema = JSON.parse(readFileSync(join(ROOT, PATH), 'utf8')) as { properties: Properties };
  const { python, framework, gpuBase, tracking, port } = schema.properties;
  Object.assign(python ?? {}, { enum: PYTHON_VERSIONS, default: PYTHON_VERSIONS[0] });
  Object.assign(framework ?? {}, { enum: FRAMEWORKS, default: FRAMEWORKS[0] });
  Object.assign(tracking ?? {}, { enum: TRACKINGS, default: TRACKINGS[0] });
  Object.assign(gpuBase ?? {}, { enum: GPU_BASES, default: GPU_BASES[0] });
  Object.assign(port ?? {}, { default: DEFAULT_PORT });
  for (const property of Object.values(schema.properties)) takeNumbers((property.items as Property | undefined) ?? property);
  return new Map([
    [PATH, `${JSON.stringify(schema, null, 2)}\n`],
    [YEOMAN_PATH, yeomanOptions(schema.properties)],
  ]);
}

/** A text that may look like a number, as a version does, reaches the generator as one: Nx would refuse it by its type. */
function takeNumbers(property: Property): void {
  const { type, enum: words } = property;
  if (type !== 'string' || (Array.isArray(words) && words.every((word) => Number.isNaN(Number(word))))) return;
  property.anyOf = [words ? { type: 'string', enum: words } : { type: 'string' }, { type: 'number' }];
}

/** Defaults stay out: an option that is not given is an answer that is left open. */
function yeomanOptions({ name: _argument, ...properties }: Properties): string {
  const lines = Object.entries(properties).map(([name, { type, description, enum: values }]) => {
    const offered = Array.isArray(values) ? ` (${values.join(', ')})` : '';
    const fields = [`name: '${name}'`, `type: '${type}'`, `description: ${quoted(`${description}${offered}`)}`];
    return `  {\n${fields.map((field) => `    ${field},\n`).join('')}  },`;
  });
  return `${HEAD}${lines.join('\n')}\n] as const;\n`;
}

const quoted = (text: string): string => (text.includes("'") ? JSON.stringify(text) : `'${text}'`);

const HEAD = `// Made by "npm run generate" from the schema.json of nx g model-service; do not edit.

/** The options of the model-service generator, those of \`nx g model-service\`. */
export const OPTIONS = [
`;
