import { request } from 'node:http';

const PAUSE_MS = 100;

/** Asks an address again and again until it is stopped, each time by a connection of its own; gives how often it was answered how. */
export function steadyLoad(address: string, body: object): { stop: () => Promise<Record<string, number>> } {
  const answers: Record<string, number> = {};
  let isStopped = false;
  const work = async (): Promise<void> => {
    while (!isStopped) {
      const answer = await postOnce(address, JSON.stringify(body));
      answers[answer] = (answers[answer] ?? 0) + 1;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  };
  const worked = work();
  return {
    stop: async () => {
      isStopped = true;
      await worked;
      return answers;
    },
  };
}

/** The status, or what went wrong. A connection that is kept would lead to one pod for ever. */
function postOnce(address: string, body: string): Promise<string> {
  return new Promise((resolve) => {
    const headers = { 'content-type': 'application/json' };
    const call = request(address, { method: 'POST', headers, agent: false, timeout: 30_000 }, (response) => {
      response.resume().on('end', () => resolve(String(response.statusCode)));
    });
    call.on('timeout', () => call.destroy(new Error('no answer in 30 s')));
    call.on('error', (error) => resolve(error.message));
    call.end(body);
  });
}
