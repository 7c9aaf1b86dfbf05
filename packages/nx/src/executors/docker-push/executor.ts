import { unwrap } from '@modelyard/core';
import { findEngine, pinnedRef, pushRecordedImage, readImageRecord } from '@modelyard/image';
import type { ExecutorContext } from '@nx/devkit';
import { executing, projectOf } from '../../project.ts';

/** Pushes the image that was built last, and records its digest. */
export default function dockerPush(_options: object, context: ExecutorContext): Promise<{ success: boolean }> {
  return executing(async () => {
    const project = projectOf(context);
    const record = unwrap(await readImageRecord(project.directory, project.name));
    const engine = unwrap(await findEngine(process.env));
    const pushed = await pushRecordedImage(engine, project.directory, record, (line) => console.log(line));
    console.log(`\nimage ${pinnedRef(pushed.ref, pushed.digest)}`);
    return true;
  });
}
