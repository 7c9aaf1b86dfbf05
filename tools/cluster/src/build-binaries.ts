import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ProblemError } from '@modelyard/core';
import { withLock } from './lock.ts';
import type { ClusterWorld } from './types.ts';

/** The Kubernetes release that go.mod pins; the programs report it as theirs. */
export const KUBERNETES_VERSION = 'v1.37.2';

const SOURCES = fileURLToPath(new URL('../go/', import.meta.url));

/** One program holds all of these and does the work of the one it is called as. */
const KUBELAB_NAMES = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet', 'kube-proxy'];

interface BuildStep {
  readonly program: string;
  readonly packagePath: string;
  readonly ldflags: string;
}

function buildSteps(): BuildStep[] {
  const [major, minor] = KUBERNETES_VERSION.slice(1).split('.');
  const version = 'k8s.io/component-base/version';
  const stamps = { gitVersion: KUBERNETES_VERSION, gitMajor: major, gitMinor: minor };
  const stamped = Object.entries(stamps).map(([key, value]) => `-X ${version}.${key}=${value}`);
  const own = ['pause', 'fakegpu', 'mkimage', 'httpd'];
  return [
    { program: 'kubelab', packagePath: './kubelab', ldflags: ['-s -w', ...stamped].join(' ') },
    { program: 'kwok', packagePath: 'sigs.k8s.io/kwok/cmd/kwok', ldflags: '-s -w' },
    ...own.map((program) => ({ program, packagePath: `./${program}`, ldflags: '-s -w' })),
  ];
}

/** Changes when the pinned modules or our own Go sources change. */
export async function sourceHash(): Promise<string> {
  const hash = createHash('sha256');
  const files = (await readdir(SOURCES, { recursive: true })).filter((file) => /\.(go|mod|sum)$/.test(file)).sort();
  for (const file of files) hash.update(`${file}\0`).update(await readFile(join(SOURCES, file)));
  return hash.digest('hex').slice(0, 16);
}

function buildProblem(program: string, output: string): ProblemError {
  return new ProblemError([
    {
      code: 'build-failed',
      where: `go build ${program}`,
      what: 'the Go compiler ended with an error',
      remedy: 'mend the cause below (often: the Go module proxy cannot be reached, see GOPROXY) and run the command again',
      details: output.trimEnd().split('\n').slice(-10),
    },
  ]);
}

async function runStep(go: string, step: BuildStep, folder: string, world: ClusterWorld, signal: AbortSignal) {
  const started = performance.now();
  const seconds = () => Math.round((performance.now() - started) / 1000);
  const output = join(folder, 'bin', step.program);
  // -v names each package as it is compiled: the only sign of progress that Go gives.
  const args = ['build', '-v', '-trimpath', '-ldflags', step.ldflags, '-o', output, step.packagePath];
  const env = { ...world.env, CGO_ENABLED: '0', GOWORK: 'off', GOFLAGS: '-mod=readonly -buildvcs=false' };
  const child = spawn(go, args, { cwd: join(folder, 'go'), env, signal, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  let packages = 0;
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4000);
    packages += text.match(/^\S+$/gm)?.length ?? 0;
  });
  const progress = () => (packages > 0 ? `${packages} packages compiled` : 'downloading modules');
  const ticking = setInterval(() => world.log(`  ${step.program}: ${seconds()} s, ${progress()}`), 30_000);
  try {
    const [code] = await once(child, 'close');
    if (code !== 0) throw buildProblem(step.program, said);
    world.log(`  ${step.program}: built in ${seconds()} s`);
  } finally {
    clearInterval(ticking);
  }
}

async function buildInto(go: string, target: string, world: ClusterWorld, signal: AbortSignal): Promise<void> {
  const folder = await mkdtemp(`${target}.building-`);
  try {
    // Go writes nothing beside the sources, but an installed package may lie where Go cannot build at all.
    await cp(SOURCES, join(folder, 'go'), { recursive: true });
    await mkdir(join(folder, 'bin'));
    for (const step of buildSteps()) await runStep(go, step, folder, world, signal);
    for (const name of KUBELAB_NAMES) await symlink('kubelab', join(folder, 'bin', name));
    await rm(target, { recursive: true, force: true });
    await rename(join(folder, 'bin'), target);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Builds every program into the target folder, which appears only when all are there. */
export async function buildBinaries(go: string, target: string, world: ClusterWorld, signal: AbortSignal) {
  await mkdir(dirname(target), { recursive: true });
  const isBuilt = async () => (await readdir(target).catch(() => [])).length > 0;
  await withLock(`${target}.lock`, { world, signal, what: 'another process builds Kubernetes' }, async () => {
    if (!(await isBuilt())) await buildInto(go, target, world, signal);
  });
}
