import { readFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { HEALTH_PATH, PREDICT_PATH } from '@modelyard/core';
import { type PythonWorld, type ServiceFolder, venvExecutable } from '@modelyard/python';
import { type Bench, median } from '../bench.ts';
import { type AtEnd, scratchFolder } from '../teardown.ts';
import { pythonWorld, trainedService } from '../trained-service.ts';
import { type Contender, ROW } from './contender.ts';
import { lessonContenders, lessonModel } from './lesson.ts';
import { chooseLoad, type Load } from './load.ts';
import { PEERS_VARIABLE, peerContenders } from './peers.ts';
import { type LoadMeasured, type Measured, measureHealth, measureLoads, measureStarts, memoryOf, type Plan } from './rounds.ts';
import { type Server, startServer } from './server.ts';
import { tablesOf } from './tables.ts';

const PLAN: Plan = { rounds: 3, seconds: 2 };
const HEALTH_SECONDS = 6;
/** As many rows as the limit of a body allows. */
const LARGE_ROWS = 8000;

type Log = (line: string) => void;

export const serveBench: Bench = {
  name: 'serve',
  about: `CPU, latency, start and memory of services, against the lesson's app and peers (about 8 minutes; ${PEERS_VARIABLE} names their environments)`,
  run: async (log, _args, atEnd) => {
    const contenders = await prepare(await scratchFolder(atEnd), log);
    const { load, name: client } = await chooseLoad();
    const before = loadavg()[0] ?? NaN;
    const measured = await measure(contenders, load, log, atEnd);
    const loads = `load ${before.toFixed(1)} before, ${(loadavg()[0] ?? NaN).toFixed(1)} after`;
    const conditions = `${new Date().toISOString().slice(0, 10)}, ${PLAN.rounds} rounds of ${PLAN.seconds} s, ${client}, ${loads}`;
    return tablesOf(measured, (contenders[0] as Contender).name, conditions);
  },
};

/** The anchor first. */
async function prepare(scratch: string, log: Log): Promise<Contender[]> {
  const world = pythonWorld(scratch, log);
  const pinned = await trainedService(join(scratch, 'pinned'), { lesson: true }, world);
  const lesson = join(scratch, 'lesson');
  const [anchor, ...theirs] = await lessonContenders(lesson, pinned);
  const peers = await peerContenders(join(scratch, 'peers'), lessonModel(lesson), process.env[PEERS_VARIABLE], log);
  return [anchor as Contender, ...(await ours(scratch, world)), ...theirs, ...peers];
}

/** Our services; the lesson's pins show how much of the difference is the packages'. */
async function ours(scratch: string, world: PythonWorld): Promise<Contender[]> {
  const sklearn = await trainedService(join(scratch, 'sklearn'), { framework: 'sklearn' }, world);
  const onnx = await trainedService(join(scratch, 'onnx'), { framework: 'onnx' }, world);
  const pinned = { name: 'churn', directory: join(scratch, 'pinned', 'churn'), python: '3.11' };
  return [
    await ourContender('modelyard', sklearn, 'scikit-learn'),
    await ourContender('modelyard, one call a request', sklearn, 'scikit-learn', { BATCH_ROWS: '1' }),
    await ourContender('modelyard --lesson', pinned, 'scikit-learn'),
    await ourContender('modelyard', onnx, 'onnxruntime'),
  ];
}

async function ourContender(name: string, service: ServiceFolder, library: string, env: Record<string, string> = {}): Promise<Contender> {
  const lock = await readFile(join(service.directory, 'requirements.txt'), 'utf8');
  const version = new RegExp(`^${library}==([^ ]+)`, 'm').exec(lock)?.[1] ?? 'unknown';
  const uvicorn = venvExecutable(join(service.directory, '.venv'), 'uvicorn', false);
  return {
    name: `${name}, ${library} ${version}`,
    directory: service.directory,
    // As the image starts it.
    command: (port) => [
      uvicorn,
      'src.api.app:app',
      '--host',
      '127.0.0.1',
      '--port',
      String(port),
      '--no-access-log',
      '--no-server-header',
      '--no-proxy-headers',
    ],
    env,
    healthPath: HEALTH_PATH,
    predictPath: PREDICT_PATH,
    body: JSON.stringify(ROW),
    largeBody: JSON.stringify(Array.from({ length: LARGE_ROWS }, () => ROW)),
  };
}

async function measure(contenders: readonly Contender[], load: Load, log: Log, atEnd: AtEnd): Promise<Measured[]> {
  const starts = await measureStarts(contenders, PLAN, log, atEnd);
  const servers: Server[] = [];
  for (const [index, contender] of contenders.entries()) servers.push(await startServer(contender, 18_100 + index, atEnd));
  const loads = await measureLoads(servers, PLAN, load, log);
  const measured: Measured[] = [];
  for (const [index, server] of servers.entries()) {
    const megabytes = memoryOf(server);
    log(`${server.contender.name}: the health path under load`);
    const health = await measureHealth(server, HEALTH_SECONDS, load);
    measured.push({
      ...startOf(starts[index] ?? []),
      name: server.contender.name,
      megabytes,
      loads: loads[index] as LoadMeasured[],
      health,
    });
  }
  return measured;
}

const startOf = (starts: readonly Server[]) => ({
  startCpuSeconds: median(starts.map((start) => start.startCpuSeconds)),
  startSeconds: median(starts.map((start) => start.startSeconds)),
});
