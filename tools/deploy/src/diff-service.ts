import type { DeployRequest } from './deploy-request.ts';
import { diffObjects, type ObjectDiff } from './diff/index.ts';
import { namespaceExists } from './namespace.ts';
import { compareRelease, keepServed, membersOf, readStanding } from './release/index.ts';
import { releaseOf } from './release-of.ts';
import { accessTo } from './target.ts';
import type { World } from './world.ts';

/** What a deploy would change, by the server's own dry run; nothing is written. */
export async function diffService(request: DeployRequest, world: Pick<World, 'connect'>): Promise<ObjectDiff[]> {
  const cluster = await world.connect(accessTo(request));
  try {
    const release = await keepServed(cluster, releaseOf(request), () => undefined);
    if (!(await namespaceExists(cluster, request.environment)))
      return diffObjects(
        membersOf(release).map((desired) => ({ desired })),
        [],
      );
    const { comparisons, leaving } = await compareRelease(cluster, release, await readStanding(cluster, release));
    return diffObjects(comparisons, leaving);
  } finally {
    await cluster.close();
  }
}
