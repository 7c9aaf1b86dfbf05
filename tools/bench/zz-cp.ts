import { writeFile } from 'node:fs/promises';
import { startTestControlPlane } from '@modelyard/cluster';

const c = await startTestControlPlane({ nodes: [{ name: 'bench-node' }], log: (l: string) => console.log(l) });
await writeFile('/tmp/trace/cluster.json', JSON.stringify({ kubeconfig: c.kubeconfigPath, context: c.context }));
console.log('up');
process.on('SIGTERM', async () => {
  await c.stop();
  process.exit(0);
});
setInterval(() => {}, 1000);
