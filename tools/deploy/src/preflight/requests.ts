import { parseQuantity, type Resources } from '../kube/index.ts';
import type { ContainerSpec, SchedulingSpec } from './scheduling.ts';

/** Amounts by resource name: cores, bytes, devices. */
export type Amounts = Readonly<Record<string, number>>;

/** A pod takes one of the places of its node beside what it asks for. */
const ONE_PLACE: Amounts = { pods: 1 };

/**
 * What the scheduler sets aside for a pod: its containers and sidecars together, or what one step of its start needs where
 * that is more, its overhead, and one place.
 */
export function podRequests(spec: SchedulingSpec): Amounts {
  let starting: Amounts = {};
  let sidecars: Amounts = {};
  for (const container of spec.initContainers ?? []) {
    const asked = containerRequests(container);
    if (container.restartPolicy === 'Always') sidecars = sumOf([sidecars, asked]);
    else starting = mostOf(starting, sumOf([asked, sidecars]));
  }
  const running = sumOf([...(spec.containers ?? []).map(containerRequests), sidecars]);
  const containers = mostOf(running, starting);
  return sumOf([{ ...containers, ...requestsIn(spec.resources) }, amountsOf(spec.overhead ?? {}), ONE_PLACE]);
}

/** Quantities as numbers; what cannot be read counts as nothing. */
export function amountsOf(quantities: Readonly<Record<string, string>>): Amounts {
  return Object.fromEntries(Object.entries(quantities).map(([name, text]) => [name, parseQuantity(text) ?? 0]));
}

/** Amounts added up, resource by resource. */
export function sumOf(all: readonly Amounts[]): Amounts {
  const total: Record<string, number> = {};
  for (const amounts of all) for (const [name, amount] of Object.entries(amounts)) total[name] = (total[name] ?? 0) + amount;
  return total;
}

const containerRequests = (container: ContainerSpec): Amounts => requestsIn(container.resources);

/** The server takes a limit without a request for the request as well. */
const requestsIn = (resources: Resources | undefined): Amounts => ({
  ...amountsOf(resources?.limits ?? {}),
  ...amountsOf(resources?.requests ?? {}),
});

function mostOf(a: Amounts, b: Amounts): Amounts {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return Object.fromEntries([...names].map((name) => [name, Math.max(a[name] ?? 0, b[name] ?? 0)]));
}
