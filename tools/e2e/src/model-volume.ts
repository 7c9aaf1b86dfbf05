import { execFile } from 'node:child_process';
import { chmod, mkdir } from 'node:fs/promises';
import { promisify } from 'node:util';
import { findKubectl } from '../../deploy/src/testing/index.ts';

interface VolumePlace {
  readonly kubeconfig: string;
  readonly namespace: string;
  readonly claim: string;
  readonly folder: string;
}

/** A claim in a namespace of the local cluster that is bound to a folder of this machine, as long as the action runs. */
export async function withModelVolume<T>(place: VolumePlace, action: () => Promise<T>): Promise<T> {
  await mkdir(place.folder, { recursive: true });
  await chmod(place.folder, 0o755);
  const program = await findKubectl(process.env);
  const kubectl = async (...args: string[]): Promise<void> => {
    const running = promisify(execFile)(program, ['--kubeconfig', place.kubeconfig, '--context', 'modelyard', ...args]);
    running.child.stdin?.end(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: volumeAndClaim(place) }));
    await running;
  };
  await kubectl('apply', '-f', '-');
  try {
    return await action();
  } finally {
    // Pods that still use it keep it until they go.
    await kubectl('delete', '--wait=false', '-f', '-');
  }
}

function volumeAndClaim({ namespace, claim, folder }: VolumePlace): object[] {
  const common = { accessModes: ['ReadOnlyMany'], storageClassName: '' };
  const name = `${namespace}-${claim}`;
  const storage = { storage: '1Gi' };
  return [
    {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name },
      spec: { ...common, capacity: storage, hostPath: { path: folder }, claimRef: { namespace, name: claim } },
    },
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: claim, namespace },
      spec: { ...common, volumeName: name, resources: { requests: storage } },
    },
  ];
}
