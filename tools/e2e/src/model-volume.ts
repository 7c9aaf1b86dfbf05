import { chmod, mkdir } from 'node:fs/promises';
import { connectCluster, type KubeObject } from '@modelyard/deploy';

/** A claim in a namespace of the local cluster that is bound to a folder of this machine, as long as the action runs. */
export async function withModelVolume<T>(
  place: { readonly kubeconfig: string; readonly namespace: string; readonly claim: string; readonly folder: string },
  action: () => Promise<T>,
): Promise<T> {
  await mkdir(place.folder, { recursive: true });
  await chmod(place.folder, 0o755);
  const cluster = await connectCluster({ environment: 'test', context: 'modelyard', kubeconfigs: [place.kubeconfig] });
  const [volume, claim] = volumeAndClaim(place);
  try {
    await cluster.apply(volume);
    await cluster.apply(claim);
    return await action();
  } finally {
    for (const { apiVersion, kind, metadata } of [claim, volume]) await cluster.remove({ apiVersion, kind, ...metadata });
    await cluster.close();
  }
}

function volumeAndClaim({ namespace, claim, folder }: { namespace: string; claim: string; folder: string }): [KubeObject, KubeObject] {
  const storageClassName = '';
  const accessModes = ['ReadOnlyMany'];
  const volume = {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `${namespace}-${claim}` },
    spec: {
      capacity: { storage: '1Gi' },
      accessModes,
      storageClassName,
      hostPath: { path: folder },
      claimRef: { namespace, name: claim },
    },
  };
  const bound = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: claim, namespace },
    spec: { accessModes, storageClassName, volumeName: volume.metadata.name, resources: { requests: { storage: '1Gi' } } },
  };
  return [volume, bound];
}
