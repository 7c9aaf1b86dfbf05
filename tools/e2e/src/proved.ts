import { hashOfInputs, provedBefore, rememberProof, trackedFiles } from '@modelyard/checks';
import { type TestContext, test } from 'vitest';

/** What every service is made, trained, built and tried by; unit tests and other journeys are left out. */
const MAKERS = [
  /^(packages\/(core|templates|standards)|tools\/(python|image))\/.*(?<!\.spec\.ts)$/,
  /^tools\/e2e\/src\/(machine\/.*|(frameworks|images|gpu-image)\.e2e|container|planted|prepare-machine|proved|service-image|tables)\.ts$/,
  /^package-lock\.json$/,
];
const FRAMEWORK_FOLDER = /^packages\/templates\/packs\/model-service\/(?:frameworks|gpu-locks)\/([a-z]+)/;

/**
 * A test of what one framework gives. It is skipped, and says so, where the same inputs passed it on this machine in the last
 * days; MODELYARD_PROVE_ALL=1 runs it all the same. A fresh machine has proved nothing.
 */
export function provedTest(title: string, framework: string, body: () => Promise<void>): void {
  test(title, async (context: TestContext) => {
    const hash = hashOfInputs(sourcesOf(framework), [title, process.env.MODELYARD_E2E_BASE_IMAGE_ID ?? '']);
    const stamp = provedBefore(hash, process.env);
    if (stamp) {
      console.log(`proved on ${stamp.at.toISOString()} with the same inputs (MODELYARD_PROVE_ALL=1 runs it again): ${title}`);
      context.skip();
    }
    await body();
    rememberProof(hash, 1, process.env);
  });
}

/** Every file that git tracks or would track, and that has a part in a framework's services. */
const sourcesOf = (framework: string): string[] =>
  trackedFiles().filter((file) => MAKERS.some((makers) => makers.test(file)) && belongsTo(file, framework));

/** Whether a file has a part in a framework's services: its own folder, and all that belongs to none. */
function belongsTo(file: string, framework: string): boolean {
  const owner = FRAMEWORK_FOLDER.exec(file)?.[1];
  return owner === undefined || owner === framework;
}
