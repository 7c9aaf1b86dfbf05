import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { kubectl } from './kubectl.ts';

/** The API server reaches no loopback address, so the stand-in listens on one of the machine's own; undefined without one. */
export const STAND_IN_ADDRESS = Object.values(networkInterfaces())
  .flat()
  .find((one) => one?.family === 'IPv4' && !one.internal)?.address;

/** What the stand-in says, and may be told otherwise at any time. */
export interface Sayings {
  prediction: unknown;
  /** Answers counted at /metrics. */
  figures: Figures;
  /** What it counts from the second question on. */
  later?: Figures;
}

interface Figures {
  readonly good: number;
  readonly failed: number;
}

/**
 * Stands in for the generated service behind all simulated pods of a namespace, as long as the body runs: healthy, it predicts
 * and counts what it is told. `port` is the one that the pods must have.
 */
export async function withStandIn<T>(namespace: string, use: (port: number, sayings: Sayings) => Promise<T>): Promise<T> {
  const sayings: Sayings = { prediction: 0.5, figures: { good: 0, failed: 0 } };
  const server = await startServer(sayings);
  const leading = leadPodsHere(namespace);
  try {
    return await use((server.address() as AddressInfo).port, sayings);
  } finally {
    await leading.stop();
    server.closeAllConnections();
    server.close();
  }
}

async function startServer(sayings: Sayings): Promise<Server> {
  const server = createServer((request, response) => {
    request.resume();
    if (request.url === '/metrics') {
      const sample = (status: number, count: number) => `http_requests_total{method="POST",path="/predict",status="${status}"} ${count}\n`;
      const { good, failed } = sayings.figures;
      sayings.figures = sayings.later ?? sayings.figures;
      return response.end(`# TYPE http_requests_total counter\n${sample(200, good)}${sample(500, failed)}`);
    }
    const health = { status: 'ready', model: { sha256: 'feed' } };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(request.url === '/health' ? health : { predictions: [{ prediction: sayings.prediction }] }));
  });
  await new Promise<void>((resolve) => server.listen(0, STAND_IN_ADDRESS, resolve));
  return server;
}

/** Lets the address of each pod that comes lead to the stand-in. */
function leadPodsHere(namespace: string): { stop: () => Promise<void> } {
  let isStopped = false;
  const addresses = 'jsonpath={range .items[*]}{.metadata.name} {.status.podIP}{"\\n"}{end}';
  const patch = JSON.stringify({ status: { podIP: STAND_IN_ADDRESS, podIPs: [{ ip: STAND_IN_ADDRESS }] } });
  const lead = async (): Promise<void> => {
    while (!isStopped) {
      const pods = (await kubectl(['-n', namespace, 'get', 'pods', '-o', addresses])).split('\n').map((line) => line.split(' '));
      const others = pods.flatMap(([name, address]) => (name && address && address !== STAND_IN_ADDRESS ? [name] : []));
      // A pod may be gone by now.
      const lost = () => '';
      const patches = others.map((name) =>
        kubectl(['-n', namespace, 'patch', 'pod', name, '--subresource=status', '--type=merge', '-p', patch]),
      );
      await Promise.all(patches.map((one) => one.catch(lost)));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const led = lead();
  return {
    stop: () => {
      isStopped = true;
      return led;
    },
  };
}
