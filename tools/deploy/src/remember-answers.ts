import type { EnvironmentConfig } from '@modelyard/core';
import { type Cluster, memory } from './cluster/index.ts';
import { type KubeObject, keyOf, RESOURCES } from './kube/index.ts';
import { askRights } from './preflight/index.ts';

/** A cluster that is asked what may be done in a namespace once, and not once for each service. What failed is asked again the next time. */
export function rememberAnswers(cluster: Cluster): Cluster {
  const remember = memory<string, unknown>();
  return { ...cluster, ask: (review, spec) => remember(JSON.stringify([review.kind, spec]), () => cluster.ask(review, spec)) };
}

/** A cluster that remembers what a deploy asks of it before its lock, and can be asked that ahead. */
export interface AskedAhead {
  readonly cluster: Cluster;
  /**
   * Asks what may be done in the namespace, and whether that is there, before it is known whether anybody needs the answers; they are a round
   * trip or two old by then. Who needs them meets what is wrong with them.
   */
  ask(): void;
}

/** Remembers the answers about rights and about the namespace itself. */
export function askingAhead(cluster: Cluster, { namespace }: EnvironmentConfig): AskedAhead {
  const { apiVersion, kind } = RESOURCES.Namespace;
  const remember = memory<string, KubeObject | undefined>();
  const asked: Cluster = {
    ...rememberAnswers(cluster),
    read: (ref) => (ref.kind === kind ? remember(keyOf(ref), () => cluster.read(ref)) : cluster.read(ref)),
  };
  const ask = (): void => {
    askRights(asked, namespace).catch(() => undefined);
    asked.read({ apiVersion, kind, name: namespace }).catch(() => undefined);
  };
  return { cluster: asked, ask };
}
