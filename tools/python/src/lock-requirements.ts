import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { indexArguments, withIndexLines } from './index-lines.ts';
import type { SharedPackage } from './shared-packages.ts';
import { findUv, type PythonWorld } from './uv.ts';
import { type ServiceFolder, uvRun } from './uv-run.ts';

/** What is locked, and into what. */
export const LOCK_SOURCES = {
  'requirements.in': 'requirements.txt',
  'requirements-dev.in': 'requirements-dev.txt',
  'requirements-tracking.in': 'requirements-tracking.txt',
} as const;

export interface LockRequest {
  /** Takes the newest versions that the sources allow. */
  readonly upgrade: boolean;
  /** The shared packages that the service needs: what they need is locked, they themselves come as wheels. */
  readonly shared: readonly SharedPackage[];
}

/** Resolves requirements.in and what lies beside it into hashed locks that hold on every platform, from the service's Python on. */
export async function lockRequirements(service: ServiceFolder, world: PythonWorld, request: LockRequest): Promise<void> {
  const uv = await findUv(world);
  for (const [source, locked] of Object.entries(LOCK_SOURCES)) {
    if (!existsSync(join(service.directory, source))) continue;
    world.log(`locking ${source} into ${locked}`);
    await uvRun(uv, lockArguments(service, source, locked, request), service, world);
    const file = join(service.directory, locked);
    writeFileSync(file, withIndexLines(readFileSync(file, 'utf8'), requirementsOf(service)));
  }
}

/** The arguments of `uv pip compile` for one lock. A shared package has no requirements.in: its pyproject.toml is read beside the sources. */
export function lockArguments(service: ServiceFolder, source: string, locked: string, request: LockRequest): string[] {
  const manifests = request.shared.map(({ directory }) =>
    relative(service.directory, join(directory, 'pyproject.toml')).replaceAll('\\', '/'),
  );
  const own = existsSync(join(service.directory, 'requirements.in')) ? [] : ['pyproject.toml'];
  return [
    ...['pip', 'compile', '--quiet', '--universal', '--generate-hashes', '--python-version', service.python, '--no-emit-index-url'],
    ...indexArguments(requirementsOf(service)),
    ...(request.upgrade ? ['--upgrade'] : []),
    ...request.shared.flatMap(({ name }) => ['--no-emit-package', name]),
    ...['--custom-compile-command', `npx nx run ${service.name}:lock`],
    ...[source, ...own, ...manifests],
    ...['--output-file', locked],
  ];
}

/** The text of requirements.in; of a shared package, which has none, nothing. */
function requirementsOf(service: ServiceFolder): string {
  const file = join(service.directory, 'requirements.in');
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}
