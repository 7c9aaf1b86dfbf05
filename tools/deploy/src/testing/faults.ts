import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Act, answerStatus, type Exchange, passBack } from './fault-proxy.ts';

/** The server answers with this Status and does nothing. */
export const answering =
  (code: number, message: string, more: { readonly headers?: Record<string, string>; readonly status?: object } = {}): Act =>
  ({ response }) => {
    for (const [name, value] of Object.entries(more.headers ?? {})) response.setHeader(name, value);
    answerStatus(response, code, message, more.status);
  };

/** Something in between answers, in a language that is not the API server's. */
export const answeringText =
  (code: number, text: string): Act =>
  ({ response }) => {
    response.writeHead(code, { 'content-type': 'text/html' });
    response.end(text);
  };

/** The connection breaks before the server has seen the request. */
export const resetBefore: Act = ({ request }) => void request.socket.destroy();

/** The server does what it is asked, and the connection breaks before it can say so. */
export const resetAfter: Act = async ({ request, forward }) => {
  await buffer((await forward()).body);
  request.socket.destroy();
};

/** The first half of the answer arrives, then the connection breaks. */
export const cutInHalf: Act = async ({ response, forward }) => {
  const answer = await forward();
  const body = await buffer(answer.body);
  response.writeHead(answer.statusCode, { 'content-type': 'application/json', 'content-length': String(body.length) });
  response.write(body.subarray(0, body.length / 2), () => response.destroy());
};

/** The first half of the answer arrives as if it were all. */
export const cutQuietly: Act = async ({ response, forward }) => {
  const answer = await forward();
  const body = await buffer(answer.body);
  response.writeHead(answer.statusCode, { 'content-type': 'application/json' });
  response.end(body.subarray(0, body.length / 2));
};

/** The answer takes its time. */
export const lateBy =
  (ms: number): Act =>
  async ({ response, forward }) => {
    await sleep(ms);
    await passBack(await forward(), response);
  };

/** The server's Date is wrong. */
export const datedBy =
  (ms: number): Act =>
  async ({ response, forward }) => {
    const answer = await forward();
    const headers = { ...answer.headers, date: new Date(Date.now() + ms).toUTCString() };
    await passBack({ ...answer, headers }, response);
  };

/** A watch that begins and then says nothing. */
export const silentWatch: Act = async (exchange) => {
  await begin(exchange);
};

/** A watch that ends as soon as it began. */
export const closedWatch: Act = async (exchange) => {
  await begin(exchange);
  exchange.response.end();
};

/** A watch that passes all on and breaks after a while. */
export const brokenWatchAfter =
  (ms: number): Act =>
  async (exchange) => {
    setTimeout(() => exchange.response.destroy(), ms).unref();
    await passBack(await exchange.forward(), exchange.response);
  };

/** A watch that says these lines and ends. */
export const sayingWatch =
  (...lines: readonly string[]): Act =>
  async (exchange) => {
    await begin(exchange);
    exchange.response.end(lines.join(''));
  };

/** A watch whose first event is cut in the middle of its line. */
export const halfLineWatch: Act = async (exchange) => {
  await begin(exchange);
  for await (const chunk of (await exchange.forward()).body) {
    exchange.response.write(chunk.subarray(0, chunk.length / 2), () => exchange.response.destroy());
    return;
  }
};

/** The event with which the server says that a place in time is forgotten. */
export const GONE = `${JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } })}\n`;
/** The event with which the server says that it failed. */
export const FAILED = `${JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code: 500, message: 'etcdserver: no leader' } })}\n`;

async function begin({ response }: Exchange): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.flushHeaders();
}
