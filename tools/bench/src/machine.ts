import { cpus, loadavg, release, totalmem } from 'node:os';

/** The machine of a run, in one line: figures mean nothing without it. */
export function describeMachine(): string {
  const gibibytes = Math.round(totalmem() / 1024 ** 3);
  const load = loadavg()[0]?.toFixed(1);
  return `${cpus().length} × ${cpus()[0]?.model.trim()}, ${gibibytes} GiB, ${process.platform} ${release()}, Node ${process.version}, load ${load} at the start`;
}
