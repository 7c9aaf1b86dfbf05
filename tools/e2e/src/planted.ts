import { createReadStream } from 'node:fs';
import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** A line that stands in every planted file, and nowhere else. */
export const PLANTED = 'planted-7f3a91c5-must-not-leave-this-machine';

/** Files that lie about in real projects, at the root of a service and deep inside what its image takes in. */
const FILES = [
  '.env',
  '.env.production',
  '.netrc',
  '.pypirc',
  'id_rsa',
  'server.key',
  'secrets.yaml',
  '.aws/credentials',
  '.git/config',
  'mlruns/0/meta.yaml',
  'notebooks/try.ipynb',
  'src/.env',
  'src/api/.env.local',
  'src/api/__pycache__/app.cpython-39.pyc',
  'src/api/old.pyc',
  'src/tests/test_secret.py',
  'src/data/customers.csv',
  'src/serving/server.pem',
  'src/gcp-credentials.json',
  'src/.ssh/id_ed25519',
  'src/pip.conf',
  'src/.npmrc',
  'src/.envrc',
  'src/.htpasswd',
  'src/id_ecdsa',
  'src/kubeconfig',
  'src/secrets.toml',
  'src/server.crt',
  'src/terraform.tfstate',
  'src/explore.ipynb',
  'models/.env',
  'models/gcp-key.json',
  'models/token.txt',
  'models/checkpoints/x.pt',
  'models/credentials',
  'models/service-account-secret.json',
  'vendor/.netrc',
] as const;

/** Plants secrets and rubbish in a service, and as many megabytes of training data. */
export async function plantFiles(service: string, dataMegabytes: number): Promise<void> {
  for (const path of FILES) {
    await mkdir(dirname(join(service, path)), { recursive: true });
    await writeFile(join(service, path), `${PLANTED}\n`);
  }
  const block = Buffer.alloc(1024 * 1024, `${PLANTED}\n`);
  for (let written = 0; written < dataMegabytes; written++) await appendFile(join(service, 'data', 'large.csv'), block);
}

/** Whether a file, of any size, holds the planted line. */
export async function holdsPlanted(file: string): Promise<boolean> {
  let rest = Buffer.alloc(0);
  for await (const chunk of createReadStream(file, { highWaterMark: 4 * 1024 * 1024 })) {
    const block = Buffer.concat([rest, chunk as Buffer]);
    if (block.includes(PLANTED)) return true;
    rest = block.subarray(-PLANTED.length);
  }
  return false;
}
