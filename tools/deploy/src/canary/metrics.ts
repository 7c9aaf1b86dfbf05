import { HEALTH_PATH, LIVE_PATH, METRICS_PATH } from '@modelyard/core';

/** Requests that a pod has answered since it started, without those of probes and of Prometheus. */
export interface Answered {
  readonly requests: number;
  /** Those answered with 5xx: the caller cannot help them. */
  readonly failed: number;
}

export type Judgement =
  | { readonly verdict: 'good'; readonly answered: Answered }
  | { readonly verdict: 'bad'; readonly answered: Answered }
  | { readonly verdict: 'too-few'; readonly answered: Answered };

/** Fewer requests than this prove nothing good. */
export const FEWEST_REQUESTS = 20;

const COUNTER = 'http_requests_total';
const DECLARED = new RegExp(`^(# TYPE )?${COUNTER}[ {]`, 'm');
const NOT_COUNTED = new Set([HEALTH_PATH, LIVE_PATH, METRICS_PATH]);
const SAMPLE = new RegExp(`^${COUNTER}\\{(?<labels>[^}]*)\\}\\s+(?<value>[^\\s]+)`);

/** The requests that a text in Prometheus' format counts; undefined when it has no such counter. */
export function parseAnswered(text: string): Answered | undefined {
  if (!DECLARED.test(text)) return undefined;
  let requests = 0;
  let failed = 0;
  for (const line of text.split('\n')) {
    const { labels = '', value = '' } = SAMPLE.exec(line)?.groups ?? {};
    const count = Number(value);
    if (value === '' || !Number.isFinite(count) || NOT_COUNTED.has(labelOf(labels, 'path') ?? '')) continue;
    requests += count;
    if (/^5/.test(labelOf(labels, 'status') ?? '')) failed += count;
  }
  return { requests, failed };
}

const labelOf = (labels: string, name: string): string | undefined => new RegExp(`(?:^|,)\\s*${name}="([^"]*)"`).exec(labels)?.[1];

/** What was answered between two looks at the same pods; a pod that was not seen before began at 0. */
export function answeredBetween(before: ReadonlyMap<string, Answered>, after: ReadonlyMap<string, Answered>): Answered {
  let requests = 0;
  let failed = 0;
  for (const [pod, now] of after) {
    const then = before.get(pod) ?? { requests: 0, failed: 0 };
    requests += Math.max(0, now.requests - then.requests);
    failed += Math.max(0, now.failed - then.failed);
  }
  return { requests, failed };
}

/**
 * Whether the share of failed requests may be borne. A single failure says nothing, unless none at all is allowed; and without a
 * failure, a few requests say nothing either.
 */
export function judgeErrors(answered: Answered, maxErrorRate: number): Judgement {
  const { requests, failed } = answered;
  const borne = Math.max(maxErrorRate * requests, maxErrorRate === 0 ? 0 : 1);
  if (failed > borne) return { verdict: 'bad', answered };
  return { verdict: requests < FEWEST_REQUESTS ? 'too-few' : 'good', answered };
}
