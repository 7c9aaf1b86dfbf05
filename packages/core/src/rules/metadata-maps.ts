import type { DeploySource } from '../deploy-schema.ts';

/** A map of a spec, and its place below `deploy`. */
export type MapAt = readonly [path: readonly string[], map: Readonly<Record<string, string>> | undefined];

/** Every map of labels or annotations that a spec gives to objects. */
export function metadataMaps({ pod, workload, monitoring, ingress }: DeploySource): MapAt[] {
  return [
    [['pod', 'labels'], pod?.labels],
    [['pod', 'annotations'], pod?.annotations],
    [['workload', 'labels'], workload?.labels],
    [['workload', 'annotations'], workload?.annotations],
    [['monitoring', 'labels'], monitoring?.labels],
    [['ingress', 'annotations'], ingress?.annotations],
  ];
}
