import { createServer } from 'node:net';

/** How many ports a control plane uses, in one row. */
export const PORT_BLOCK = 8;

const FIRST_PORT = 20_000;
/** Linux hands out ports from 32768 on to outgoing connections. */
const LAST_PORT = 32_000;
const BLOCKS = Math.floor((LAST_PORT - FIRST_PORT) / PORT_BLOCK);

let blocksAsked = 0;

/** The first port of the block that a process tries at its nth attempt: neighbours in process id begin apart. */
export function portBlock(pid: number, attempt: number): number {
  return FIRST_PORT + ((pid * 7 + attempt) % BLOCKS) * PORT_BLOCK;
}

/** Whether nothing listens on the loopback port now. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

async function isBlockFree(first: number): Promise<boolean> {
  for (let port = first; port < first + PORT_BLOCK; port++) {
    if (!(await isPortFree(port))) return false;
  }
  return true;
}

/** The first of PORT_BLOCK neighbouring free loopback ports; two calls of one process never get the same. */
export async function pickPortBlock(pid = process.pid): Promise<number> {
  for (let tried = 0; tried < BLOCKS; tried++) {
    const first = portBlock(pid, blocksAsked++);
    if (await isBlockFree(first)) return first;
  }
  throw new Error(`no ${PORT_BLOCK} neighbouring free ports between ${FIRST_PORT} and ${LAST_PORT}`);
}
