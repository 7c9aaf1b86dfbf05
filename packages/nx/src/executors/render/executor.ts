import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { unwrap } from '@modelyard/core';
import { loadDeployRequest, renderManifests, renderRequest, renderYaml } from '@modelyard/deploy';
import type { ExecutorContext } from '@nx/devkit';
import { executing, projectOf } from '../../project.ts';
import { questionOf } from '../../terminal.ts';

export interface RenderOptions {
  readonly environment?: string;
  readonly image?: string;
  readonly output?: string;
}

/** Prints the service's Kubernetes objects as YAML, or writes them to a file; needs no cluster. */
export default function render(options: RenderOptions, context: ExecutorContext): Promise<{ success: boolean }> {
  return executing(async () => {
    const image = options.image === undefined ? {} : { image: options.image };
    const request = unwrap(await loadDeployRequest({ ...questionOf(projectOf(context), options.environment), ...image }));
    const yaml = renderYaml(renderManifests(request.spec, renderRequest(request)));
    if (options.output === undefined) console.log(yaml);
    else writeTo(join(context.root, options.output), yaml);
    return true;
  });
}

function writeTo(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
