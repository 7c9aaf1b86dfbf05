import type { CreateRequest } from './command-line.ts';

const NAMESPACE = 'modelyard:app';

/** Runs the workspace generator below a folder. Yeoman is loaded here and not before, so that --help answers at once. */
export async function runWorkspaceGenerator(request: CreateRequest, cwd: string): Promise<void> {
  const [{ createEnv }, { default: WorkspaceGenerator }] = await Promise.all([import('yeoman-environment'), import('generator-modelyard')]);
  // The generator installs by itself; Yeoman's own install step would run a second time.
  const env = createEnv({ cwd, skipInstall: true } as never);
  env.register(WorkspaceGenerator as never, { namespace: NAMESPACE, resolved: import.meta.filename } as never);
  const { name, packages, ...options } = request;
  const given = Object.fromEntries(Object.entries({ ...options, name }).filter(([, value]) => value !== undefined));
  await env.run([NAMESPACE], { ...given, packages: JSON.stringify(packages), skipInstall: true } as never);
}
