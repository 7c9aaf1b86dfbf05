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

export interface Listed {
  readonly items: KubeObject[];
  readonly resourceVersion: string;
}

/**
 * All matching objects, page by page; when the list expires between two pages, it is asked for again in one piece. Each page is
 * asked for at most `attempts` times; left out, for about half a minute.
 */
export async function listAll(transport: Transport, query: Query, subject: Subject, attempts?: number): Promise<Listed> {
  const items: KubeObject[] = [];
  let limit: string | undefined = PAGE_SIZE;
  for (let next: string | undefined; ; ) {
    const page = await askPage(transport, query, subject, { limit, continue: next }, attempts);
    if (page === 'expired') {
      items.length = 0;
      next = undefined;
      limit = undefined;
      continue;
    }
    items.push(...keepItems(page, query));
    next = page.metadata.continue || undefined;
    if (next === undefined) return { items, resourceVersion: page.metadata.resourceVersion };
  }
}

/** The place in time from which a watch can begin, without what is there. */
export async function listPlace(transport: Transport, query: Query, subject: Subject): Promise<Listed> {
  const page = await askPage(transport, query, subject, { limit: '1', continue: undefined });
  if (page === 'expired') throw new Error('a list without a continue token expired');
  return { items: [], resourceVersion: page.metadata.resourceVersion };
}

async function askPage(
  transport: Transport,
  query: Query,
  subject: Subject,
  piece: { readonly limit: string | undefined; readonly continue: string | undefined },
  attempts?: number,
): Promise<Page | 'expired'> {
  const attempt = await transport.send({
    method: 'GET',
    path: collectionPath(query.resource, query.namespace),
    query: { ...piece, labelSelector: query.labelSelector, fieldSelector: query.fieldSelector },
    ...(attempts === undefined ? {} : { attempts }),
  });
  if (attempt.answered && attempt.status === 410 && piece.continue !== undefined) return 'expired';
  // A kind that the server lacks, or lacks by now: there are none of it.
  if (attempt.answered && attempt.status === 404) return { items: [], metadata: { resourceVersion: '' } };
  if (!attempt.answered || attempt.status !== 200) throw requestError(attempt, subject);
  return attempt.value as Page;
}

/** Items of a list do not say what they are. */
function keepItems(page: Page, query: Query): KubeObject[] {
  const { apiVersion, kind } = query.resource;
  const keep = query.keep ?? ((object) => object);
  return page.items.map((item) => keep({ ...item, apiVersion, kind })).filter((item) => item !== undefined);
}
