import { readdirSync, readFileSync } from 'node:fs';

/** Ticks of the kernel's clock in a second: Linux shows every program 100. */
const TICKS = 100;

/** CPU seconds that a process and its children have used. */
export const cpuSeconds = (root: number): number => sum(familyOf(root).map(cpuOf));

/** Proportional memory of a process and its children, in MB: what they share is counted once. */
export const proportionalMegabytes = (root: number): number => sum(familyOf(root).map(pssOf));

/** A process and all that descends from it. */
export function familyOf(root: number): number[] {
  const threads = namesIn(`/proc/${root}/task`);
  const children = threads.flatMap((thread) => read(`/proc/${root}/task/${thread}/children`).split(' ').filter(Boolean).map(Number));
  return [root, ...children.flatMap(familyOf)];
}

/** The program's name may hold spaces: the fields begin after its closing bracket. */
function cpuOf(pid: number): number {
  const fields = read(`/proc/${pid}/stat`)
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / TICKS;
}

const pssOf = (pid: number): number => Number(/^Pss: +(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0) / 1000;

/** A process may end while it is looked at. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
