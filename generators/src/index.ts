export { default } from './generators/app/index.ts';
export { type MemFs, memFsSink } from './mem-fs-sink.ts';
