export { type Command, type CreateRequest, parseCommandLine } from './command-line.ts';
export { HELP } from './help.ts';
