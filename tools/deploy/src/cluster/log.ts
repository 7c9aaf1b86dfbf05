import { textOf } from './connections.ts';
import { linesOf } from './lines.ts';
import { podPath } from './paths.ts';
import { requestError, type Subject } from './problems.ts';
import { type ApiRequest, errorCodeOf, type Transport } from './transport.ts';
import type { LogRequest, PodRef } from './types.ts';

const LIMIT_BYTES = '65536';
/** A service that is asked nothing may say nothing for hours. */
const SILENCE_SECONDS = 24 * 3600;
/** A node that is gone keeps the API server waiting; a failure is told without its log then. */
const TAIL_TIMEOUT_SECONDS = 5;

/** A log is shown to explain another failure, so its absence is no failure of its own. */
export async function logTail(transport: Transport, pod: PodRef, request: LogRequest): Promise<string[]> {
  const question = logRequest(pod, request, { limitBytes: LIMIT_BYTES });
  const attempt = await transport.send({ ...question, attempts: 2, timeoutSeconds: TAIL_TIMEOUT_SECONDS });
  if (!attempt.answered || attempt.status !== 200) return [];
  return attempt.text.split('\n').filter((line) => line !== '');
}

/** Hands over lines until the container ends or the signal aborts. */
export async function followLog(
  transport: Transport,
  pod: PodRef,
  request: LogRequest,
  subject: Subject,
  onLine: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  try {
    const { status, body } = await transport.open(logRequest(pod, request, { follow: 'true' }), signal, SILENCE_SECONDS);
    if (status !== 200) throw requestError({ answered: true, status, text: await textOf(body) }, subject);
    // What crashes may not come to the end of its last line.
    for await (const line of linesOf(body, true)) onLine(line);
  } catch (error) {
    if (!signal.aborted)
      throw 'code' in (error as object) ? requestError({ answered: false, errorCode: errorCodeOf(error) }, subject) : error;
  }
}

function logRequest(pod: PodRef, request: LogRequest, more: Readonly<Record<string, string>>): ApiRequest {
  const { container, lines, previous } = request;
  const query = { container, tailLines: String(lines), previous: previous ? 'true' : undefined, ...more };
  return { method: 'GET', path: podPath(pod, '/log'), query, isText: true };
}
