import { unwrap } from '@modelyard/core';
import { findEngine, readImageRecord, runContainer } from '@modelyard/image';
import type { ExecutorContext } from '@nx/devkit';
import { executing, projectOf, specOf } from '../../project.ts';

export interface DockerRunOptions {
  readonly port?: number;
  readonly image?: string;
}

/** Runs the service's image on this terminal, as locked down as its pod, until it ends. */
export default function dockerRun(options: DockerRunOptions, context: ExecutorContext): Promise<{ success: boolean }> {
  return executing(async () => {
    const project = projectOf(context);
    const { port } = specOf(project).serve;
    const engine = unwrap(await findEngine(process.env));
    const ref = options.image ?? unwrap(await readImageRecord(project.directory, project.name)).ref;
    const hostPort = options.port ?? port;
    console.log(`${ref} on http://127.0.0.1:${hostPort}`);
    return (await runContainer(engine, { ref, port, hostPort })) === 0;
  });
}
