/** What GPU feature discovery says of a node's GPUs; what it does not say is left out. */
export interface GpuFacts {
  readonly product?: string;
  /** Of one device: a GPU, or a MIG slice of one. */
  readonly memoryMiB?: number;
  readonly driver?: string;
  /** Compute capability: `8.6`. */
  readonly capability?: string;
  /** Pods that share one GPU by time slices or MPS; 1 where none is shared. */
  readonly replicas: number;
  readonly migStrategy?: string;
}

const PREFIX = 'nvidia.com';
const MIG_RESOURCE = /^nvidia\.com\/(mig-[\w.-]+?)(\.shared)?$/;

type Labels = Readonly<Record<string, string>>;

/** The facts of the devices that a node offers under a resource name: a MIG profile has labels of its own. */
export function gpuFacts(labels: Labels, resource: string): GpuFacts {
  const profile = MIG_RESOURCE.exec(resource)?.[1];
  const device = profile === undefined ? `${PREFIX}/gpu` : `${PREFIX}/${profile}`;
  const product = labels[`${device}.product`] ?? labels[`${PREFIX}/gpu.product`];
  const memory = Number(labels[`${device}.memory`]);
  const driver = driverOf(labels);
  const capability = versionOf(labels, [`${PREFIX}/gpu.compute.major`, `${PREFIX}/gpu.compute.minor`]);
  const migStrategy = labels[`${PREFIX}/mig.strategy`];
  return {
    replicas: Math.max(1, Number(labels[`${device}.replicas`] ?? 1) || 1),
    ...(product ? { product } : {}),
    ...(memory > 0 ? { memoryMiB: memory } : {}),
    ...(driver ? { driver } : {}),
    ...(capability ? { capability } : {}),
    ...(migStrategy ? { migStrategy } : {}),
  };
}

/** Current names first; feature discovery before 0.16 knows the others alone. */
function driverOf(labels: Labels): string | undefined {
  const named = (name: string, parts: readonly string[]) =>
    versionOf(
      labels,
      parts.map((part) => `${PREFIX}/${name}.${part}`),
    );
  return (
    (labels[`${PREFIX}/cuda.driver-version.full`] || undefined) ??
    named('cuda.driver-version', ['major', 'minor', 'revision']) ??
    named('cuda.driver', ['major', 'minor', 'rev'])
  );
}

/** The parts of a version that are there, up to the first that is not. */
function versionOf(labels: Labels, names: readonly string[]): string | undefined {
  const parts: string[] = [];
  for (const name of names) {
    const part = labels[name];
    if (!part) break;
    parts.push(part);
  }
  return parts.length > 0 ? parts.join('.') : undefined;
}

/** Whether the product of a node is one of those asked for; sharing and MIG add a suffix to its name. */
export function isProduct(product: string, wanted: readonly string[]): boolean {
  const lower = product.toLowerCase();
  return wanted.some(
    (name) =>
      lower === name.toLowerCase() || lower.startsWith(`${name.toLowerCase()}-shared`) || lower.startsWith(`${name.toLowerCase()}-mig-`),
  );
}
