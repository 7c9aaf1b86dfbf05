import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT_CODES, ServiceSchema, WorkspaceSchema } from '@modelyard/core';
import { deployEventSchema, GRACES, lookSchemas } from '@modelyard/deploy/events';
import { HELP as CREATE_HELP } from 'create-modelyard';
import { buildProgram } from 'modelyard';
import { ROOT } from '../sources.ts';
import { cudaPage } from './cuda-page.ts';
import { generatorSchema } from './generator-schema.ts';

type Schema = {
  type?: string | string[];
  enum?: unknown[];
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  [key: string]: unknown;
};
type Help = { name(): string; helpInformation(): string; commands: readonly Help[] };

const MADE_FROM = (source: string) => `<!-- made by "npm run generate" from ${source}; do not edit -->\n`;

/** Every page of docs/reference, by path. */
export function referencePages(): Map<string, string> {
  return new Map([
    ['docs/reference/exit-codes.md', exitCodes()],
    [
      'docs/reference/model-service-yaml.md',
      schemaPage('model-service.yaml', ServiceSchema as unknown as Schema, 'packages/core/src/service-schema.ts'),
    ],
    [
      'docs/reference/modelyard-yaml.md',
      schemaPage('modelyard.yaml', WorkspaceSchema as unknown as Schema, 'packages/core/src/workspace-config.ts'),
    ],
    ['docs/reference/modelyard.md', commandLine()],
    ['docs/reference/create-modelyard.md', `# create-modelyard\n\n${MADE_FROM('its --help')}\n\`\`\`\n${CREATE_HELP}\n\`\`\`\n`],
    ['docs/reference/nx.md', nxPage()],
    ['docs/reference/deploy-event.schema.json', `${JSON.stringify(deployEventSchema(), null, 2)}\n`],
    ['docs/reference/deploy-events.md', eventsPage(deployEventSchema() as unknown as { anyOf: Schema[] })],
    ['docs/reference/output.schema.json', `${JSON.stringify(lookSchemas(), null, 2)}\n`],
    ['docs/reference/output.md', outputPage(lookSchemas() as unknown as { $defs: Record<string, Schema> })],
    ['docs/reference/causes.md', causesPage()],
    ['docs/reference/cuda-matrix.md', cudaPage(MADE_FROM('packages/templates/data/cuda-matrix.json'))],
  ]);
}

/** The lines of --output json, one section for each type. */
function eventsPage({ anyOf }: { anyOf: Schema[] }): string {
  const sections = anyOf.map(({ properties: { schema: _schema, type, ...properties } = {}, required = [], description }) => {
    const rows = keysOf({ properties, required }, '').map(
      (row) => `| \`${row.key}\` | ${row.kind} | ${row.isRequired ? 'always' : ''} | ${row.description} |`,
    );
    return `## ${(type as { const?: string }).const}\n\n${description}\n\n| key | value | there | meaning |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`;
  });
  const made = MADE_FROM('tools/deploy/src/report/json-schema.ts');
  const intro =
    'Each line of `modelyard deploy --output json` is one object with `"schema": 1` and a `type`; as [JSON Schema](deploy-event.schema.json). `rollback` and `destroy` print the same.';
  return `# Events of a deploy\n\n${made}\n${intro}\n\n${sections.join('\n')}`;
}

/** What the commands that look print, one section for each. */
function outputPage({ $defs }: { $defs: Record<string, Schema> }): string {
  const sections = Object.entries($defs).map(
    ([command, { properties: { schema: _schema, ...properties } = {}, required = [], description }]) => {
      const rows = keysOf({ properties, required }, '').map(
        (row) => `| \`${row.key}\` | ${row.kind} | ${row.isRequired ? 'always' : ''} | ${row.description} |`,
      );
      return `## modelyard ${command}\n\n${description}\n\n| key | value | there | meaning |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`;
    },
  );
  const made = MADE_FROM('tools/deploy/src/report/look-schema.ts');
  const intro =
    'Each object has `"schema": 1` beside these keys; as [JSON Schema](output.schema.json). What `deploy`, `promote`, `rollback`, `destroy`, `canary promote` and `canary abort` print are [events](deploy-events.md). A command that fails ends with the event `failed`.';
  return `# Output as JSON\n\n${made}\n${intro}\n\n${sections.join('\n')}`;
}

/** Causes that a rollout waits out before it counts as failed. */
function causesPage(): string {
  const graceOf = (seconds: number): string =>
    Number.isFinite(seconds) ? (seconds === 0 ? 'none' : `${seconds} s`) : 'until the deadline';
  const rows = Object.values(GRACES).map(({ code, when, seconds }) => `| \`${code}\` | ${when} | ${graceOf(seconds)} |`);
  const intro =
    'A cause is told as soon as a watch brings it; its log, `/health` and the nodes are waited for at most 4.5 s. It ends the rollout once it has lasted longer than its grace.';
  return `# Causes of a failing rollout\n\n${MADE_FROM('tools/deploy/src/readiness/graces.ts')}\n${intro}\n\n| code | when | grace |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
}

function exitCodes(): string {
  const rows = Object.values(EXIT_CODES).map(({ code, meaning }) => `| ${code} | ${meaning} |`);
  const note =
    'Nx itself ends with 1 when a target fails, whatever the reason; use `modelyard deploy` where a script tells the reasons apart.';
  return `# Exit codes\n\n${MADE_FROM('packages/core/src/problem.ts')}\n| code | meaning |\n| --- | --- |\n${rows.join('\n')}\n\n${note}\n`;
}

function schemaPage(title: string, schema: Schema, source: string): string {
  const rows = keysOf(schema, '').map(
    ({ key, kind, isRequired, description }) => `| \`${key}\` | ${kind} | ${isRequired ? 'yes' : ''} | ${description} |`,
  );
  return `# ${title}\n\n${MADE_FROM(source)}\nAn unknown key is an error that names the nearest known one.\n\n| key | value | required | meaning |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`;
}

function keysOf(schema: Schema, prefix: string): { key: string; kind: string; isRequired: boolean; description: string }[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, value]) => {
    const key = `${prefix}${name}`;
    const row = { key, kind: kindOf(value), isRequired: schema.required?.includes(name) ?? false, description: value.description ?? '' };
    return [row, ...innerKeys(value, key)];
  });
}

/** An environment may say all that `deploy` says: only what it has beside that is listed. */
function innerKeys(schema: Schema, key: string): ReturnType<typeof keysOf> {
  const pattern = Object.values((schema.patternProperties as Record<string, Schema> | undefined) ?? {})[0];
  const items = schema.items as Schema | undefined;
  if (key === 'environments' && pattern?.properties?.replicas) {
    const keys = '`replicas` to `workload`';
    const row = { key: 'environments.<name>', kind: 'block', isRequired: false, description: `any key of deploy, ${keys}` };
    return [row, ...keysOf(pattern, `${key}.<name>.`).filter(({ key: name }) => name.startsWith('environments.<name>.model'))];
  }
  if (items?.properties) return keysOf(items, `${key}[].`);
  return pattern?.properties ? keysOf(pattern, `${key}.<name>.`) : keysOf(schema, `${key}.`);
}

function kindOf(schema: Schema): string {
  if (schema.anyOf) return (schema.anyOf as Schema[]).map(kindOf).join(' or ');
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum) return schema.enum.map((value) => `\`${JSON.stringify(value)}\``).join(', ');
  const { type } = schema;
  if (schema.patternProperties) return 'map';
  if (type === 'object') return 'block';
  return type === 'array' ? 'list' : [type ?? ''].flat().join(' or ');
}

function commandLine(): string {
  const program = buildProgram(() => {}).configureHelp({ helpWidth: 120 }) as unknown as Help;
  const sections = leaves(program, '').map(
    ({ title, command }) => `## ${title}\n\n\`\`\`\n${command.helpInformation().trimEnd()}\n\`\`\`\n`,
  );
  return `# modelyard\n\n${MADE_FROM('its --help')}\n${sections.join('\n')}\nExit codes: [exit-codes.md](exit-codes.md).\n`;
}

function leaves(command: Help, parent: string): { title: string; command: Help }[] {
  const title = `${parent} ${command.name()}`.trim();
  return [{ title, command }, ...command.commands.flatMap((child) => leaves(child, title))];
}

function nxPage(): string {
  // An option schema that is itself generated is taken as it will be, not as it was.
  const generated = generatorSchema();
  const read = (path: string) =>
    JSON.parse(generated.get(`packages/nx/${path}`) ?? readFileSync(join(ROOT, 'packages/nx', path), 'utf8')) as Schema;
  const executors = Object.keys((read('executors.json') as unknown as { executors: object }).executors);
  const generators = ['model-service', 'model-lib'].map((name) => {
    const schema = read(`src/generators/${name}/schema.json`);
    return `## nx g ${name}\n\n${schema.description}.\n\n${optionsTable(schema)}`;
  });
  const targets = executors.map((name) => {
    const schema = read(`src/executors/${name}/schema.json`);
    return `### @modelyard/nx:${name}\n\n${schema.description}.\n\n${optionsTable(schema)}`;
  });
  return `# Nx: generators and executors\n\n${MADE_FROM('the schema.json files of packages/nx')}\n\`nx g @modelyard/nx:model-service\` is the certain form when another plugin offers the same name.\n\n${generators.join('\n')}\n## Executors\n\n${targets.join('\n')}`;
}

function optionsTable(schema: Schema): string {
  const rows = Object.entries(schema.properties ?? {}).map(
    // What Nx lets through (anyOf) is wider than what an option means.
    ([name, { anyOf: _allowed, ...option }]) =>
      `| \`--${name}\` | ${kindOf(option)} | ${option.default === undefined ? '' : `\`${String(option.default)}\``} | ${option.description ?? ''} |`,
  );
  return rows.length === 0 ? 'No options.\n' : `| option | value | default | meaning |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`;
}
