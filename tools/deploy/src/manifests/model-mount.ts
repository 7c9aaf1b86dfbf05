import { APP_DIRECTORY, type ModelMount, type ServiceSpec } from '@modelyard/core';

const VOLUME_NAME = 'model';

/** Where the model is in the container. */
export const modelPath = (spec: ServiceSpec): string => `${APP_DIRECTORY}/${spec.model.path}`;

/** The volume that brings the model; none when it is in the image. */
export function modelVolumes({ model: { source } }: ServiceSpec): object[] {
  return source ? [{ name: VOLUME_NAME, ...volumeOf(source) }] : [];
}

/** Where the volume stands: in the place of the model's folder, for model.lock.json lies beside the model. */
export function modelVolumeMounts(spec: ServiceSpec): object[] {
  const { source } = spec.model;
  if (!source) return [];
  const { subPath } = source;
  return [{ name: VOLUME_NAME, mountPath: folderOf(modelPath(spec)), readOnly: true, ...(subPath ? { subPath } : {}) }];
}

function volumeOf(source: ModelMount): object {
  return source.from === 'pvc'
    ? { persistentVolumeClaim: { claimName: source.claim, readOnly: true } }
    : { image: { reference: source.reference, pullPolicy: 'IfNotPresent' } };
}

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));
