import { type DeployRequest, deployService, terminalWorld } from '@modelyard/deploy';
import { inSession } from '../session.ts';

// A command in a process of its own, which a test may interrupt: a deploy, or without a request one that never ends.
const request = process.argv[2] === undefined ? undefined : (JSON.parse(process.argv[2]) as DeployRequest);
process.exitCode = await inSession('json', async ({ terminal }) => {
  if (request) await deployService(request, terminalWorld(terminal));
  else
    await new Promise(() => {
      setInterval(() => undefined, 1_000);
      console.log('stuck');
    });
});
