import { resolve } from 'node:path';
import { Shell } from './shell.ts';
import { createWorkspace } from './workspace.ts';

const HELP = `npm run workspace -- DIR [--python-image REF]

Makes a workspace in DIR from the packages of this checkout: packs them and runs create-modelyard, as a user of the published ones would.
The tarballs stay in DIR.packages, because the workspace depends on them.`;

const args = process.argv.slice(2);
const directory = args.find((arg, index) => !arg.startsWith('-') && args[index - 1] !== '--python-image');
const image = args.includes('--python-image') ? args[args.indexOf('--python-image') + 1] : undefined;

if (directory === undefined || args.includes('--help')) {
  console.log(HELP);
  process.exitCode = directory === undefined && !args.includes('--help') ? 2 : 0;
} else {
  const shell = new Shell(process.env, (text) => process.stdout.write(text));
  await createWorkspace({ directory: resolve(directory), ...(image ? { pythonImage: image } : {}) }, shell);
}
