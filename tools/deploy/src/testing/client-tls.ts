import { readFile } from 'node:fs/promises';
import { inject } from 'vitest';
import { parse } from 'yaml';

/** The certificates of the test's kubeconfig. */
export async function clientTls(): Promise<Record<'ca' | 'cert' | 'key', Buffer>> {
  const config = parse(await readFile(inject('cluster').kubeconfigPath, 'utf8'));
  const [{ user }] = config.users;
  const [{ cluster }] = config.clusters;
  const pem = async (holder: Record<string, string>, key: string): Promise<Buffer> =>
    holder[`${key}-data`] ? Buffer.from(holder[`${key}-data`] as string, 'base64') : readFile(holder[key] as string);
  return {
    ca: await pem(cluster, 'certificate-authority'),
    cert: await pem(user, 'client-certificate'),
    key: await pem(user, 'client-key'),
  };
}
