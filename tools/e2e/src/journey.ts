import { execFile } from 'node:child_process';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Shell } from './shell.ts';

/** The request body of the lesson. */
export const LESSON_BODY = { tenure_months: 12, monthly_charges: 65.0, total_charges: 780.0, num_products: 2, has_support_calls: 1 };

/** What POST /predict answered through the Service. */
export interface Prediction {
  readonly address: string;
  readonly status: number;
  readonly body: { readonly prediction: unknown; readonly probabilities?: Readonly<Record<string, number>> };
}

/** Makes a service in a workspace, trains and tests it and builds its image. One GPU a pod, so that the cluster's GPUs are used. */
export async function generateAndBuild(
  workspace: string,
  name: string,
  shell: Shell,
  options: readonly string[] = ['--gpus=1'],
): Promise<void> {
  await shell.run(workspace, 'npx', 'nx', 'g', 'model-service', name, ...options);
  await shell.run(workspace, 'npx', 'nx', 'run', `${name}:train`);
  await shell.run(workspace, 'npx', 'nx', 'run', `${name}:test`);
  await shell.run(workspace, 'npx', 'nx', 'run', `${name}:docker-build`);
}

/** Brings a cluster up, deploys the service and asks the live pod, through its Service, for the lesson's prediction. */
export async function deployAndPredict(workspace: string, name: string, shell: Shell): Promise<Prediction> {
  await shell.run(workspace, 'npx', 'modelyard', 'cluster', 'up', '--gpus', '2');
  await shell.run(workspace, 'npx', 'nx', 'run', `${name}:deploy`);
  return predictThroughService(workspace, name, LESSON_BODY, shell);
}

/** POST /predict to the address of the service's Service; this machine has a route to the cluster's addresses. */
export async function predictThroughService(workspace: string, name: string, body: object, shell: Shell): Promise<Prediction> {
  const { output } = await shell.run(workspace, 'npx', 'modelyard', 'status', name, '--output', 'json');
  const status = JSON.parse(output.slice(output.indexOf('{'))) as { services: { address: string }[] };
  const address = `http://${status.services[0]?.address}/predict`;
  const asked = `-X POST ${address} -H 'Content-Type: application/json' -d '${JSON.stringify(body)}'`;
  shell.say(`\n$ curl --retry 10 --retry-delay 1 --retry-connrefused ${asked}`);
  const answer = await postUntilTaken(address, JSON.stringify(body));
  shell.say(answer.text);
  return { address, status: answer.status, body: JSON.parse(answer.text) as Prediction['body'] };
}

/** The node's rules follow a ready pod a moment later: until then the Service's address refuses connections. */
async function postUntilTaken(address: string, body: string): Promise<{ status: number; text: string }> {
  for (let tries = 0; tries < 10; tries++) {
    const answer = await post(address, body).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNREFUSED' && error.code !== 'EHOSTUNREACH') throw error;
    });
    if (answer) return answer;
    await sleep(1000);
  }
  return post(address, body);
}

function post(address: string, body: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const call = request(address, { method: 'POST', headers: { 'content-type': 'application/json' }, timeout: 30_000 }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    call.on('error', reject);
    call.end(body);
  });
}

/** The targets that Nx shows of a project, with its daemon on or off. */
export async function targetsOf(workspace: string, project: string, daemon: 'true' | 'false'): Promise<string[]> {
  const env = { ...process.env, NX_DAEMON: daemon, CI: '' };
  const { stdout } = await promisify(execFile)('npx', ['nx', 'show', 'project', project, '--json'], { cwd: workspace, env });
  return Object.keys((JSON.parse(stdout) as { targets: object }).targets).sort();
}
