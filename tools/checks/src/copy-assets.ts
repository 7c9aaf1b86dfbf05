import { cpSync, globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// tsc copies no JSON: the option schemas of generators and executors must lie beside their code in dist.
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const nx = join(root, 'packages', 'nx');
for (const file of globSync('src/**/schema.json', { cwd: nx })) cpSync(join(nx, file), join(nx, file.replace(/^src/, 'dist')));
