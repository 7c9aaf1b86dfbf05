import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way to the API server on which every answer comes later, as from another data centre. */
export interface DelayRelay {
  readonly port: number;
  close(): void;
}

/**
 * Starts a TCP relay on loopback. Each piece of data leaves half the round trip after it came, in both directions and in
 * its order; TLS passes untouched. Opening a connection costs nothing more, so the handshake of TLS is delayed and that of TCP is not.
 */
export async function startDelayRelay(target: URL, roundTripMs: number): Promise<DelayRelay> {
  const open = new Set<Socket>();
  const relay = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    for (const end of [near, far]) {
      open.add(end.setNoDelay(true));
      end.on('error', () => [near, far].map((one) => one.destroy())).on('close', () => open.delete(end));
    }
    passOn(near, far, roundTripMs / 2);
    passOn(far, near, roundTripMs / 2);
  });
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  const close = (): void => {
    relay.close();
    for (const end of open) end.destroy();
  };
  return { port: (relay.address() as AddressInfo).port, close };
}

/** Timers of one delay end in the order in which they began. */
function passOn(from: Socket, to: Socket, delayMs: number): void {
  from.on('data', (piece) => void setTimeout(() => to.destroyed || to.write(piece), delayMs));
  from.on('end', () => void setTimeout(() => to.end(), delayMs));
}
