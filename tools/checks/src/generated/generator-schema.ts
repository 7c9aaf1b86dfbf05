import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_PORT, FRAMEWORKS, PYTHON_VERSIONS, TRACKINGS } from '@modelyard/core';
import { GPU_BASES } from '@modelyard/templates';
import { ROOT } from '../sources.ts';

const PATH = 'packages/nx/src/generators/model-service/schema.json';

/** The option schema of `nx g model-service`, with the values that core offers. */
export function generatorSchema(): Map<string, string> {
  const schema = JSON.parse(readFileSync(join(ROOT, PATH), 'utf8')) as { properties: Record<string, Record<string, unknown>> };
  const { python, framework, gpuBase, tracking, port } = schema.properties;
  Object.assign(python ?? {}, { enum: PYTHON_VERSIONS, default: PYTHON_VERSIONS[0] });
  Object.assign(framework ?? {}, { enum: FRAMEWORKS, default: FRAMEWORKS[0] });
  Object.assign(tracking ?? {}, { enum: TRACKINGS, default: TRACKINGS[0] });
  Object.assign(gpuBase ?? {}, { enum: GPU_BASES, default: GPU_BASES[0] });
  Object.assign(port ?? {}, { default: DEFAULT_PORT });
  return new Map([[PATH, `${JSON.stringify(schema, null, 2)}\n`]]);
}
