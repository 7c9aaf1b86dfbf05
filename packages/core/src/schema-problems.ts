import type { TSchema } from 'typebox';
import { Errors } from 'typebox/value';
import { didYouMean } from './nearest.ts';
import type { Problem } from './problem.ts';
import type { YamlSource } from './yaml-source.ts';

type SchemaError = ReturnType<typeof Errors>[number];
type JsonSchema = { properties?: Record<string, JsonSchema>; [keyword: string]: unknown };

/** Every way in which the source departs from the schema, with its place; empty when it conforms. */
export function schemaProblems(schema: TSchema, source: YamlSource): Problem[] {
  const errors = Errors(schema, source.value);
  return errors.filter((error) => !isNoise(error)).flatMap((error) => problemsOf(error, schema as JsonSchema, source));
}

/** typebox reports each unknown key twice: as itself and as a list on its parent. The list is kept. */
function isNoise(error: SchemaError): boolean {
  return error.keyword === 'boolean';
}

function problemsOf(error: SchemaError, schema: JsonSchema, source: YamlSource): Problem[] {
  const path = keysOf(error.instancePath);
  if (error.keyword === 'additionalProperties') {
    const at = schemaAt(schema, path);
    if (at?.patternProperties) return error.params.additionalProperties.map((key) => badMapKey(key, path, at, source));
    const known = Object.keys(at?.properties ?? {});
    return error.params.additionalProperties.map((key) => unknownKey(key, path, known, source));
  }
  if (error.keyword === 'required') {
    return error.params.requiredProperties.map((key) => ({
      code: 'missing-key',
      where: source.locate(path),
      what: `"${dotted([...path, key])}" is missing`,
      remedy: expectation(schemaAt(schema, [...path, key]), `add "${key}"`),
    }));
  }
  return [
    {
      code: 'bad-value',
      where: source.locate(path),
      what: `"${dotted(path)}" is ${JSON.stringify(valueAt(source.value, path))}, which ${error.message}`,
      remedy: expectation(schemaAt(schema, path), 'change the value'),
    },
  ];
}

function unknownKey(key: string, path: readonly string[], known: readonly string[], source: YamlSource): Problem {
  return {
    code: 'unknown-key',
    where: source.locate([...path, key]),
    what: `"${dotted([...path, key])}" is not a known key`,
    remedy: `${didYouMean(key, known)}known here: ${known.join(', ')}`,
  };
}

/** A map takes any key of one form. */
function badMapKey(key: string, path: readonly string[], schema: JsonSchema, source: YamlSource): Problem {
  const [pattern] = Object.keys(schema.patternProperties as object);
  return {
    code: 'bad-key',
    where: source.locate([...path, key]),
    what: `"${dotted(path)}" has a key "${key}", which does not match ${pattern}`,
    remedy: expectation(schema, 'rename the key'),
  };
}

function expectation(schema: JsonSchema | undefined, otherwise: string): string {
  if (!schema) return otherwise;
  const allowed = Array.isArray(schema.enum) ? ` (one of ${schema.enum.map((v) => JSON.stringify(v)).join(', ')})` : '';
  const description = typeof schema.description === 'string' ? schema.description : otherwise;
  return `expected: ${description}${allowed}`;
}

function schemaAt(schema: JsonSchema, path: readonly string[]): JsonSchema | undefined {
  return path.reduce<JsonSchema | undefined>((at, key) => {
    if (!at) return undefined;
    if (at.properties?.[key]) return at.properties[key];
    const patterns = at.patternProperties as Record<string, JsonSchema> | undefined;
    if (patterns) return Object.values(patterns)[0];
    return (at.items as JsonSchema | undefined) ?? undefined;
  }, schema);
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], value);
}

/** Keys of a JSON pointer (RFC 6901). */
function keysOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}

const dotted = (path: readonly string[]): string => (path.length === 0 ? 'the file' : path.join('.'));
