import { EXIT_CODES, ProblemError } from '@modelyard/core';
import { connectCluster } from '../cluster/index.ts';
import { deployService } from '../deploy.ts';
import type { DeployRequest } from '../deploy-request.ts';
import { systemClock } from '../system-clock.ts';

// A deploy in a process of its own, which a test may kill: takes the request and the length of the lock, prints each event's type.
const { request, leaseSeconds } = JSON.parse(process.argv[2] as string) as { request: DeployRequest; leaseSeconds: number };
try {
  await deployService(request, {
    clock: systemClock,
    connect: connectCluster,
    report: (event) => console.log(event.type),
    holder: `child ${process.pid}`,
    leaseSeconds,
  });
} catch (error) {
  if (!(error instanceof ProblemError)) throw error;
  console.log(`failed ${error.problems.map((problem) => problem.code)}`);
  process.exitCode = EXIT_CODES[error.exit].code;
}
