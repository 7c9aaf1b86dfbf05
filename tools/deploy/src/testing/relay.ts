import { createServer, type IncomingMessage, type Server } from 'node:http';
import { request as secureRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { inject } from 'vitest';
import { withKubeconfig } from './api.ts';
import { clientTls } from './client-tls.ts';

/** A request that passed the relay: `PATCH /api/v1/…`. */
export interface Relayed {
  readonly method: string;
  readonly path: string;
}

/**
 * A relay before the API server that speaks plain HTTP, so that it sees each request; it passes them on with the credentials
 * of the test's kubeconfig. Gives the callback a kubeconfig that leads to it, and what has passed so far.
 */
export async function withRelay<T>(use: (kubeconfig: string, passed: Relayed[]) => Promise<T>): Promise<T> {
  const passed: Relayed[] = [];
  const server = await startRelay(passed);
  const { port } = server.address() as AddressInfo;
  try {
    return await withKubeconfig(
      (config) => {
        for (const { cluster } of config.clusters) {
          cluster.server = `http://127.0.0.1:${port}`;
          cluster['insecure-skip-tls-verify'] = true;
          delete cluster['certificate-authority-data'];
          delete cluster['certificate-authority'];
        }
      },
      (file) => use(file, passed),
    );
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

async function startRelay(passed: Relayed[]): Promise<Server> {
  const target = new URL(inject('cluster').server);
  const tls = await clientTls();
  const server = createServer((incoming, outgoing) => {
    passed.push({ method: incoming.method ?? '', path: incoming.url ?? '' });
    const { method, headers, url } = incoming;
    const options = { host: target.hostname, port: target.port, path: url, method, headers: { ...headers, host: target.host }, ...tls };
    const upstream = secureRequest(options, (answer: IncomingMessage) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    upstream.on('error', () => outgoing.destroy());
    outgoing.on('close', () => upstream.destroy());
    incoming.pipe(upstream);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
