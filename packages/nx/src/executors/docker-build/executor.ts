import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { MODEL_LOCK_FILE, ProblemError, pythonImageFor, unwrap } from '@modelyard/core';
import { buildImage, buildSecrets, findEngine, gitState, pinBase, pinnedRef, pushRecordedImage, writeImageRecord } from '@modelyard/image';
import type { ExecutorContext } from '@nx/devkit';
import { executing, type Project, projectOf, specOf, workspaceConfigOf } from '../../project.ts';

export interface DockerBuildOptions {
  readonly buildArg?: readonly string[];
  readonly push?: boolean;
}

/** Builds the service's image from its own folder, tags it with the commit and records it. */
export default function dockerBuild(options: DockerBuildOptions, context: ExecutorContext): Promise<{ success: boolean }> {
  return executing(async () => {
    const project = projectOf(context);
    const spec = specOf(project);
    const config = workspaceConfigOf(project);
    requireModel(project);
    const engine = unwrap(await findEngine(process.env));
    const inputs = buildSecrets(process.env);
    const given = pairsOf(options.buildArg ?? []);
    const base = await pinBase(engine, given.PYTHON_IMAGE ?? pythonImageFor(config, spec.python), (line) => console.log(line));
    const record = await buildImage(
      engine,
      {
        context: project.directory,
        name: project.name,
        ...(config.registry ? { registry: config.registry } : {}),
        revision: await gitState(project.directory, process.env),
        buildArgs: {
          PORT: String(spec.serve.port),
          ...inputs.buildArgs,
          ...given,
          PYTHON_IMAGE: base.ref,
        },
        secrets: inputs.secrets,
        labels: spec.accelerator === 'cpu' ? base.labels : {},
      },
      (line) => console.log(line),
    );
    await writeImageRecord(project.directory, record);
    const digest = options.push
      ? (await pushRecordedImage(engine, project.directory, record, (line) => console.log(line))).digest
      : undefined;
    console.log(`\nimage ${digest ? pinnedRef(record.ref, digest) : record.ref}`);
    return true;
  });
}

function requireModel(project: Project): void {
  if (existsSync(join(project.directory, 'models', MODEL_LOCK_FILE))) return;
  throw new ProblemError([
    {
      code: 'no-model',
      where: project.name,
      what: `models/${MODEL_LOCK_FILE} is missing`,
      remedy: `train first: npx nx run ${project.name}:train`,
    },
  ]);
}

function pairsOf(args: readonly string[]): Record<string, string> {
  return Object.fromEntries(args.map((arg) => [arg.split('=', 1)[0] ?? arg, arg.slice(arg.indexOf('=') + 1)]));
}
