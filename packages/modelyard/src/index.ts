export { buildProgram, runCommandLine } from './command-line.ts';
