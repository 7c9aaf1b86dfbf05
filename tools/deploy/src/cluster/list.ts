import type { KubeObject } from '../kube/index.ts';
import { collectionPath } from './paths.ts';
import { requestError, type Subject } from './problems.ts';
import type { Transport } from './transport.ts';
import type { Query } from './types.ts';

const PAGE_SIZE = '500';

interface Page {
  readonly items: readonly KubeObject[];
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
}

/** All matching objects, page by page; a list that expires between two pages is begun again. */
export async function listAll(
  transport: Transport,
  query: Query,
  subject: Subject,
): Promise<{ items: KubeObject[]; resourceVersion: string }> {
  const { apiVersion, kind } = query.resource;
  const items: KubeObject[] = [];
  for (let next: string | undefined; ; ) {
    const attempt = await transport.send({
      method: 'GET',
      path: collectionPath(query.resource, query.namespace),
      query: { limit: PAGE_SIZE, continue: next, labelSelector: query.labelSelector, fieldSelector: query.fieldSelector },
    });
    if (attempt.answered && attempt.status === 410 && next !== undefined) {
      items.length = 0;
      next = undefined;
      continue;
    }
    // A kind that the server lacks, or lacks by now: there are none of it.
    if (attempt.answered && attempt.status === 404) return { items, resourceVersion: '' };
    if (!attempt.answered || attempt.status !== 200) throw requestError(attempt, subject);
    const page = JSON.parse(attempt.text) as Page;
    // Items of a list do not say what they are.
    for (const item of page.items) items.push({ ...item, apiVersion, kind });
    next = page.metadata.continue || undefined;
    if (next === undefined) return { items, resourceVersion: page.metadata.resourceVersion };
  }
}
