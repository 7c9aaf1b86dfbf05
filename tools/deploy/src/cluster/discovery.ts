import type { Resource } from '../kube/index.ts';
import { memory } from './memory.ts';
import { requestError, type Subject } from './problems.ts';
import type { Transport } from './transport.ts';

interface ResourceList {
  readonly resources?: readonly { readonly name: string; readonly kind: string }[];
}

/** Answers whether the server has a kind, in the version that we speak; it is asked once for each kind and connection. */
export function discovery(transport: Transport, subjectOf: (resource: Resource) => Subject): (resource: Resource) => Promise<boolean> {
  const remember = memory<Resource, boolean>();
  return (resource) => remember(resource, () => serves(transport, resource, subjectOf(resource)));
}

async function serves(transport: Transport, resource: Resource, subject: Subject): Promise<boolean> {
  const { apiVersion, kind, plural } = resource;
  const attempt = await transport.send({ method: 'GET', path: apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}` });
  if (attempt.answered && attempt.status === 404) return false;
  if (!attempt.answered || attempt.status !== 200) throw requestError(attempt, subject);
  const { resources = [] } = attempt.value as ResourceList;
  return resources.some((one) => one.name === plural && one.kind === kind);
}
