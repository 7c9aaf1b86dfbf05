import { runCommandLine } from './command-line.ts';

// No await at the top: the bundle is CommonJS, which cannot have one.
void runCommandLine(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
