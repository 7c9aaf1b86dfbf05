import { createPublicKey, generateKeyPair, type KeyObject, randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { mustRun } from './commands.ts';

const generateKeys = promisify(generateKeyPair);

/** Long enough for a long test day, short enough that a lost key is soon worthless. */
const VALID_DAYS = 30;

/** A certificate the cluster needs: the file's name, whom it names, and what it is good for. */
export interface CertificateRequest {
  readonly name: string;
  readonly subject: string;
  readonly extensions: string;
}

const client = (name: string, subject: string): CertificateRequest => ({
  name,
  subject,
  extensions: 'extendedKeyUsage=clientAuth\n',
});

/** Every certificate of a cluster whose API server answers on the addresses. */
export function certificateRequests(addresses: readonly string[], nodeName: string): CertificateRequest[] {
  const names = ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'];
  const alternatives = [...addresses.map((address) => `IP:${address}`), ...names.map((name) => `DNS:${name}`)];
  const server = `subjectAltName=${alternatives.join(',')}\nextendedKeyUsage=serverAuth\n`;
  return [
    { name: 'apiserver', subject: '/CN=kube-apiserver', extensions: server },
    client('admin', '/O=system:masters/CN=modelyard-admin'),
    client('kubelet-client', '/O=system:masters/CN=apiserver-kubelet'),
    client('controller-manager', '/CN=system:kube-controller-manager'),
    client('scheduler', '/CN=system:kube-scheduler'),
    client('kube-proxy', '/CN=system:kube-proxy'),
    client('node', `/O=system:nodes/CN=system:node:${nodeName}`),
  ];
}

async function writeKey(pki: string, name: string, key: KeyObject): Promise<void> {
  await writeFile(join(pki, `${name}.key`), key.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
}

async function makeKey(pki: string, name: string): Promise<void> {
  const { privateKey } = await generateKeys('ec', { namedCurve: 'prime256v1' });
  await writeKey(pki, name, privateKey);
}

/** The pair that signs and checks service account tokens; the API server wants the public half by itself. */
async function makeServiceAccountKeys(pki: string): Promise<void> {
  const { privateKey } = await generateKeys('rsa', { modulusLength: 2048 });
  await writeKey(pki, 'sa', privateKey);
  await writeFile(join(pki, 'sa.pub'), createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }));
}

async function sign(pki: string, request: CertificateRequest, env: NodeJS.ProcessEnv): Promise<void> {
  const file = (suffix: string) => join(pki, `${request.name}${suffix}`);
  await makeKey(pki, request.name);
  await writeFile(file('.ext'), request.extensions);
  const openssl = (args: readonly string[]) => mustRun('openssl', args, { env });
  await openssl(['req', '-new', '-key', file('.key'), '-subj', request.subject, '-out', file('.csr')]);
  const authority = ['-CA', join(pki, 'ca.crt'), '-CAkey', join(pki, 'ca.key')];
  const serial = ['-set_serial', `0x${randomBytes(12).toString('hex')}`];
  const input = ['-in', file('.csr'), '-extfile', file('.ext'), '-days', String(VALID_DAYS)];
  await openssl(['x509', '-req', ...authority, ...serial, ...input, '-out', file('.crt')]);
}

/** Writes a certificate authority of this cluster alone, and every key and certificate it signs. */
export async function writeCertificates(pki: string, requests: readonly CertificateRequest[], env: NodeJS.ProcessEnv): Promise<void> {
  await mkdir(pki, { recursive: true, mode: 0o700 });
  const keys = makeServiceAccountKeys(pki);
  await makeKey(pki, 'ca');
  const own = ['req', '-x509', '-new', '-key', join(pki, 'ca.key'), '-subj', '/CN=modelyard-cluster-ca'];
  await mustRun('openssl', [...own, '-days', String(VALID_DAYS), '-out', join(pki, 'ca.crt')], { env });
  await Promise.all(requests.map((request) => sign(pki, request, env)));
  await keys;
}
