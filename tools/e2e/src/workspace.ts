import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { packPackages } from './pack.ts';
import type { Shell } from './shell.ts';

export interface WorkspaceRequest {
  /** The folder of the workspace; it must not exist or be empty. */
  readonly directory: string;
  /** Base image of the services, or undefined for the public one. */
  readonly pythonImage?: string;
}

/** Packs the packages and creates a workspace from them, as a user of the published ones would; removes its own scratch files. */
export async function createWorkspace(request: WorkspaceRequest, shell: Shell): Promise<void> {
  const packed = `${request.directory}.packages`;
  const launcher = await mkdtemp(join(tmpdir(), 'modelyard-launcher-'));
  try {
    shell.say('packing the packages (npm pack)');
    const tarballs = await packPackages(packed);
    await mkdir(dirname(request.directory), { recursive: true });
    await shell.run(
      launcher,
      'npm',
      'install',
      '--no-save',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
      '--prefix',
      launcher,
      ...tarballs,
    );
    const options = ['--yes', '--packages', packed, ...(request.pythonImage ? ['--python-image', request.pythonImage] : [])];
    const command = join(launcher, 'node_modules', '.bin', 'create-modelyard');
    await shell.run(dirname(request.directory), command, basename(request.directory), ...options);
  } finally {
    await rm(launcher, { recursive: true, force: true });
  }
}
