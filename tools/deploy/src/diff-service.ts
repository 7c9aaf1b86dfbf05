import type { DeployRequest } from './deploy-request.ts';
import { diffObjects, type ObjectDiff } from './diff/index.ts';
import { describeObject, type KubeObject, refOf } from './kube/index.ts';
import { namespaceExists } from './namespace.ts';
import { pinImage } from './pin-image.ts';
import { additionsOf } from './plan/index.ts';
import { compareRelease, inLiveWay, keepServed, membersOf, readStanding } from './release/index.ts';
import { releaseOf } from './release-of.ts';
import type { Note } from './report/index.ts';
import { accessTo } from './target.ts';
import type { World } from './world.ts';

/** What a deploy would change, by the server's own dry run; nothing is written. What others have added, and no deploy changes, is noted. */
export async function diffService(
  asked: DeployRequest,
  world: Pick<World, 'connect' | 'resolveImage'>,
  tell: (note: Note) => void = () => undefined,
): Promise<ObjectDiff[]> {
  const request = await pinImage(asked, world, () => undefined);
  const cluster = await world.connect(accessTo(request));
  try {
    const release = await keepServed(cluster, releaseOf(request), () => undefined);
    if (!(await namespaceExists(cluster, request.environment)))
      return diffObjects(
        membersOf(release).map((desired) => ({ desired })),
        [],
      );
    const inventory = await readStanding(cluster, release);
    const { comparisons, leaving } = await compareRelease(cluster, inLiveWay(release, inventory.members), inventory);
    for (const { live } of comparisons) if (live) for (const note of additionNotes(live)) tell(note);
    return diffObjects(comparisons, leaving);
  } finally {
    await cluster.close();
  }
}

function additionNotes(live: KubeObject): Note[] {
  const byManager = Map.groupBy(additionsOf(live), ({ manager }) => manager);
  return [...byManager].map(([manager, fields]) => ({
    code: 'added-by-others',
    what: `"${manager}" has added to ${describeObject(refOf(live))} what no deploy changes`,
    remedy: 'take it into model-service.yaml, or take it away where it was added',
    details: fields.map(({ field }) => field),
  }));
}
