import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { proxyOfEnv } from '../env-proxy.ts';
import type { Environment } from '../environment.ts';

/** What a registry answered, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
  /** Its proxies are followed. */
  readonly env?: Environment;
}

const MOST_REDIRECTS = 5;
const REDIRECTS: ReadonlySet<number | undefined> = new Set([301, 302, 303, 307, 308]);

/**
 * Sends one request and follows where its answer leads, without credentials to another host. Node's own fetch would do, but
 * loading it takes longer than all else that a deploy does before it speaks to the cluster.
 */
export async function ask(address: URL, question: Question, redirects = MOST_REDIRECTS): Promise<Answer> {
  const message = await send(address, question);
  const target = redirectOf(address, message);
  if (!target || question.body !== undefined || redirects === 0) return readAnswer(message);
  message.resume();
  return ask(target, target.host === address.host ? question : withoutCredentials(question), redirects - 1);
}

async function send(address: URL, { method = 'GET', headers = {}, body, signal, env = {} }: Question): Promise<IncomingMessage> {
  const { request, Agent } = await (address.protocol === 'http:' ? import('node:http') : import('node:https'));
  const proxy = proxyOfEnv(address, env);
  return new Promise((resolve, reject) => {
    // An agent of its own closes the connection after the answer, so that none keeps the process alive. Node follows a proxy from 22.21 and 24.5 on.
    const agent = proxy === undefined ? false : new Agent({ proxyEnv: { HTTP_PROXY: proxy, HTTPS_PROXY: proxy } });
    const sent = request(address, { method, headers: { ...headers, 'User-Agent': 'modelyard' }, agent, signal }, resolve);
    sent.on('error', (error) => reject(signal.aborted ? signal.reason : error));
    sent.end(body);
  });
}

async function readAnswer(message: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return { status: message.statusCode ?? 0, headers: message.headers, body: Buffer.concat(chunks) };
}

function redirectOf(address: URL, { statusCode, headers: { location } }: IncomingMessage): URL | undefined {
  return REDIRECTS.has(statusCode) && location && URL.canParse(location, address.href) ? new URL(location, address) : undefined;
}

function withoutCredentials({ headers = {}, ...question }: Question): Question {
  const kept = Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'authorization');
  return { ...question, headers: Object.fromEntries(kept) };
}
