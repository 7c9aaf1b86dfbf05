import { type Problem, ProblemError } from '@modelyard/core';
import { type Cluster, ifAllowed } from '../cluster/index.ts';
import type { KubeObject } from '../kube/index.ts';
import type { Note } from '../report/index.ts';
import { LOOKED_AT } from './resources.ts';

interface DeviceRequest {
  readonly deviceClassName?: string;
  readonly count?: number;
}

/** A ResourceClaimTemplate, as far as it says which devices are wanted. */
interface ClaimTemplate extends KubeObject {
  readonly spec?: {
    readonly spec?: { readonly devices?: { readonly requests?: readonly (DeviceRequest & { readonly exactly?: DeviceRequest })[] } };
  };
}

interface DeviceClass extends KubeObject {
  readonly spec?: { readonly selectors?: readonly { readonly cel?: { readonly expression?: string } }[] };
}

interface ResourceSlice extends KubeObject {
  readonly spec?: { readonly driver?: string; readonly devices?: readonly unknown[] };
}

/** Devices that the pods claim by dynamic resource allocation, by device class. */
export function claimedDevices(objects: readonly KubeObject[]): Map<string, number> {
  const templates = objects.filter((object) => object.kind === 'ResourceClaimTemplate') as ClaimTemplate[];
  const requests = templates.flatMap((template) => template.spec?.spec?.devices?.requests ?? []).map((one) => one.exactly ?? one);
  const byClass = new Map<string, number>();
  for (const { deviceClassName = '', count = 1 } of requests) byClass.set(deviceClassName, (byClass.get(deviceClassName) ?? 0) + count);
  return byClass;
}

/**
 * Whether the cluster serves claims at all, knows the device class and has devices of its driver. Which of them match a
 * selector only the scheduler can say.
 */
export async function lookAtDevices(cluster: Cluster, objects: readonly KubeObject[], replicas: number, where: string): Promise<Note[]> {
  const claimed = claimedDevices(objects);
  if (claimed.size === 0) return [];
  const classes = (await ifAllowed(cluster.list({ resource: LOOKED_AT.DeviceClass }))) as DeviceClass[] | undefined;
  const slices = (await ifAllowed(cluster.list({ resource: LOOKED_AT.ResourceSlice }))) as ResourceSlice[] | undefined;
  if (!classes || !slices)
    return [
      { code: 'devices-unseen', what: 'devices were not counted: resource.k8s.io/v1 is not served, or these credentials may not list it' },
    ];
  return [...claimed].flatMap(([name, perPod]) => {
    const known = classes.find((one) => one.metadata.name === name);
    if (!known) throw new ProblemError([noDeviceClass(name, classes, where)], 'preflight');
    const offered = devicesOf(known, slices);
    const wanted = perPod * replicas;
    return offered >= wanted
      ? []
      : [
          {
            code: 'few-devices',
            what: `${wanted} devices of class ${name} are wanted, the cluster shows ${offered}; the pods wait for more`,
            remedy: 'add nodes, or lower deploy.replicas',
          },
        ];
  });
}

/** A class names its driver in its selectors; one without selectors takes every device. */
function devicesOf(known: DeviceClass, slices: readonly ResourceSlice[]): number {
  const selectors = known.spec?.selectors ?? [];
  const isMeant = (driver: string) => selectors.length === 0 || selectors.some((one) => one.cel?.expression?.includes(driver));
  return slices.filter((slice) => isMeant(slice.spec?.driver ?? '')).reduce((sum, slice) => sum + (slice.spec?.devices?.length ?? 0), 0);
}

function noDeviceClass(name: string, classes: readonly DeviceClass[], where: string): Problem {
  return {
    code: 'no-device-class',
    where,
    what: `the pods claim devices of the class "${name}", which the cluster does not have`,
    remedy:
      classes.length > 0
        ? `known: ${classes.map((one) => one.metadata.name).join(', ')}`
        : 'install a DRA driver (NVIDIA\'s brings "gpu.nvidia.com"), or set deploy.gpu.claim to device-plugin',
  };
}
