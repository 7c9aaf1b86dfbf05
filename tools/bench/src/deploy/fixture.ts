import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';

/** A workspace of services that were built, pushed and never trained: what `modelyard deploy --all` reads. A pushed image has its digest, so that no registry is asked. */
export interface Fixture {
  readonly directory: string;
  readonly services: number;
}

/** How the workspace reaches the cluster. */
export interface Reach {
  readonly context: string;
  readonly kubeconfig: string;
  readonly namespace: string;
}

/** Writes the workspace; each service has no pods, so that applying is measured and not a kubelet. */
export async function writeFixture(directory: string, services: number): Promise<Fixture> {
  await mkdir(directory, { recursive: true });
  for (let index = 0; index < services; index++) {
    const folder = join(directory, 'services', nameOf(index));
    await mkdir(join(folder, 'dist'), { recursive: true });
    await writeSpec(directory, index, 'first');
    const digest = `sha256:${String(index).padStart(64, '0')}`;
    const record = {
      ref: `registry.bench/${nameOf(index)}:1`,
      id: digest,
      digest,
      commit: null,
      dirty: false,
    };
    await writeFile(join(folder, 'dist/image.json'), JSON.stringify(record));
  }
  return { directory, services };
}

/** Points the workspace to a namespace. */
export function pointTo(fixture: Fixture, { context, kubeconfig, namespace }: Reach): Promise<void> {
  const config = { environments: { bench: { context, kubeconfig, namespace, createNamespace: true } } };
  return writeFile(join(fixture.directory, 'modelyard.yaml'), stringify(config));
}

/** Changes an environment variable of the service in the middle: its ConfigMap, and with it its Deployment. */
export function changeOne(fixture: Fixture, mode: string): Promise<void> {
  return writeSpec(fixture.directory, Math.floor(fixture.services / 2), mode);
}

function writeSpec(directory: string, index: number, mode: string): Promise<void> {
  const spec = {
    name: nameOf(index),
    owner: 'bench',
    python: '3.12',
    framework: 'sklearn',
    model: { path: 'models/model.pkl', loadBudgetSeconds: 60 },
    deploy: { replicas: 0, env: { MODE: mode, INDEX: String(index) }, ingress: { host: `${nameOf(index)}.example.com` } },
  };
  return writeFile(join(directory, 'services', nameOf(index), 'model-service.yaml'), stringify(spec));
}

const nameOf = (index: number): string => `model-${String(index).padStart(4, '0')}`;
