import { type CudaBuild, loadCudaMatrix } from '@modelyard/templates';

const HEAD =
  '| version | CUDA | cuDNN | Python | minimum driver | compute capability | from | |\n| --- | --- | --- | --- | --- | --- | --- | --- |';

/** docs/reference/cuda-matrix.md: every set that `--accelerator=cuda` knows. */
export function cudaPage(madeFrom: string): string {
  const { rules, builds, drivers, runtimeImages, cpuPythons } = loadCudaMatrix();
  const sources = [...new Set(builds.map((build) => build.source))];
  const frameworks = [...new Set(builds.map((build) => build.framework))];
  const rowOf = (build: CudaBuild): string => {
    const driver = drivers.find(({ cudaMajor }) => String(cudaMajor) === build.cuda.split('.')[0])?.minDriver ?? '';
    const from = build.index === null ? 'PyPI' : (build.index.split('/').at(-1) ?? '');
    const note = [build.status === 'experimental' ? 'experimental' : '', build.hasLock ? 'locked' : ''].filter(Boolean).join(', ');
    const cells = [build.version, build.cuda, build.cudnn ?? 'none', rangeOf(build.pythons), driver, capabilityOf(build), from, note];
    return `| ${cells.join(' | ')} <sup>${sources.indexOf(build.source) + 1}</sup> |`;
  };
  const tables = frameworks.map(
    (name) =>
      `## ${name}\n\n${HEAD}\n${builds
        .filter((row) => row.framework === name)
        .map(rowOf)
        .join('\n')}\n`,
  );
  const images = runtimeImages.map(({ cuda, python, image, source }) => `| ${cuda} | ${python} | \`${image}\` | ${source} |`);
  const pythons = cpuPythons.map((row) => `| ${row.framework} | ${rangeOf(row.pythons)} | ${row.source} |`);
  return [
    `# CUDA matrix\n\n${madeFrom}`,
    `Rows that are "locked" come with their hashed lock. How to ask for one: [GPU](../guides/gpu.md).\n\n${rules.map((rule) => `- ${rule}`).join('\n')}\n`,
    ...tables,
    `## Runtime images\n\nFor \`--gpu-base=cuda-runtime\`.\n\n| CUDA | Python | image | source |\n| --- | --- | --- | --- |\n${images.join('\n')}\n`,
    `## Pythons of the CPU locks\n\n| framework | Python | source |\n| --- | --- | --- |\n${pythons.join('\n')}\n`,
    `## Sources\n\n${sources.map((source, i) => `${i + 1}. ${source}`).join('\n')}\n\nDrivers: ${drivers[0]?.source}.\n`,
  ].join('\n');
}

const rangeOf = (pythons: readonly string[]): string => (pythons.length === 1 ? String(pythons[0]) : `${pythons[0]} to ${pythons.at(-1)}`);

function capabilityOf({ computeCapabilities, ptx }: CudaBuild): string {
  return ptx ? `${computeCapabilities[0]} or newer` : `${computeCapabilities[0]} to ${computeCapabilities.at(-1)?.split('.')[0]}.x`;
}
