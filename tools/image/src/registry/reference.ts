/** The parts of an image reference. */
export interface ImageReference {
  /** Host, with its port: `ghcr.io`, `localhost:5000`; `docker.io` where the reference names none. */
  readonly registry: string;
  readonly repository: string;
  readonly tag?: string;
  /** `sha256:…`. */
  readonly digest?: string;
}

const DOCKER_HUB = 'docker.io';
const DIGEST = /^[a-z0-9]+:[0-9a-f]{32,}$/;
const TAG = /^\w[\w.-]{0,127}$/;
const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_|__|-+|\/)[a-z0-9]+)*$/;

/** Reads a reference as docker does: the first part is a host if it looks like one, else all is on Docker Hub. Undefined when it is none. */
export function parseReference(text: string): ImageReference | undefined {
  const [named = '', digest, ...more] = text.split('@');
  const colon = named.lastIndexOf(':');
  const hasTag = colon > named.lastIndexOf('/');
  const tag = hasTag ? named.slice(colon + 1) : undefined;
  const path = (hasTag ? named.slice(0, colon) : named).split('/');
  const isHost = path.length > 1 && /[.:]|^localhost$/.test(path[0] ?? '');
  const registry = isHost ? (path[0] as string) : DOCKER_HUB;
  const rest = (isHost ? path.slice(1) : path).join('/');
  const repository = registry === DOCKER_HUB && !rest.includes('/') ? `library/${rest}` : rest;
  const isWhole =
    more.length === 0 && REPOSITORY.test(repository) && (!hasTag || TAG.test(tag ?? '')) && (digest === undefined || DIGEST.test(digest));
  return isWhole ? { registry, repository, ...(tag ? { tag } : {}), ...(digest ? { digest } : {}) } : undefined;
}

/** The reference with the digest that it stood for; the tag stays, for people. */
export const pinnedRef = (ref: string, digest: string): string => `${ref.split('@')[0]}@${digest}`;

/** The digest that a reference names; undefined for a tag. */
export const digestOf = (ref: string): string | undefined => parseReference(ref)?.digest;

/** Where a registry's API is; only a registry on this machine is spoken to without TLS. */
export function apiAddress(registry: string): string {
  if (registry === DOCKER_HUB || registry === 'index.docker.io') return 'https://registry-1.docker.io';
  return `${isLoopback(registry) ? 'http' : 'https'}://${registry}`;
}

/** Whether a host, with or without a port, is this machine. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/:\d+$/, '');
  return name === 'localhost' || name === '[::1]' || /^127(\.\d{1,3}){3}$/.test(name);
}
