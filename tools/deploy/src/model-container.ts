import { CONTAINER_NAME } from './manifests/index.ts';

/** The service's own container, among those that a mesh, an agent or somebody's edit has put beside it or before it. */
export function modelContainer<T extends { readonly name: string }>(containers: readonly T[] = []): T | undefined {
  return containers.find((one) => one.name === CONTAINER_NAME) ?? containers[0];
}
