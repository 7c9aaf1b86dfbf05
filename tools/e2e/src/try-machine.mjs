import { ensurePackages, ENGINE_PACKAGES, startEngine, ensureBaseImage, cacheDirectory } from '/work/main/tools/e2e/src/machine/index.ts';
import { join } from 'node:path';
import { formatProblems } from '@modelyard/core';
const t0=Date.now();
const machine = { env: process.env, log: (l) => console.log(`[${((Date.now()-t0)/1000).toFixed(1)}] ${l}`) };
try {
  await ensurePackages(ENGINE_PACKAGES, machine);
  const e = await startEngine(join(cacheDirectory(process.env),'engine'), machine);
  console.log(e.host, e.origin, e.engine.cli);
  console.log(await ensureBaseImage(e.engine, {...machine, env: e.engine.env}));
  if (process.argv[2]==='keep') { console.log('keeping'); await new Promise(r=>setTimeout(r,Number(process.argv[3]??1)*1000)); }
  await e.stop();
  machine.log('stopped');
  process.exit(0);
} catch (error) { console.log(error.stack, error.problems); process.exit(1); }
