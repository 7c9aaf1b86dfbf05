import type { LineLog } from './command.ts';
import type { DockerEngine } from './engine.ts';
import { type ImageRecord, writeImageRecord } from './image-record.ts';
import { pushImage } from './store.ts';

/** Pushes the image of a service's last build and keeps the registry's digest in its record: deploys name the image by it. */
export async function pushRecordedImage(
  engine: DockerEngine,
  serviceDirectory: string,
  record: ImageRecord,
  log: LineLog,
): Promise<ImageRecord & { readonly digest: string }> {
  const { digest } = await pushImage(engine, record.ref, log);
  const pushed = { ...record, digest };
  await writeImageRecord(serviceDirectory, pushed);
  return pushed;
}
