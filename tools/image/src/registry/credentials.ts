import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Environment, readVariable } from '../environment.ts';

/** What docker logged in with. */
export type Credentials =
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
  | { readonly kind: 'token'; readonly refreshToken: string };

/** `config.json` of docker, as far as it says how to log in. */
interface DockerConfig {
  readonly auths?: Readonly<Record<string, StoredAuth>>;
  readonly credsStore?: string;
  readonly credHelpers?: Readonly<Record<string, string>>;
}

interface StoredAuth {
  readonly auth?: string;
  readonly username?: string;
  readonly password?: string;
  readonly identitytoken?: string;
}

/** Docker Hub is known to `docker login` by an address of its own. */
const HUB_KEY = 'https://index.docker.io/v1/';
/** The user name by which a helper says that its secret is a refresh token. */
const TOKEN_USER = '<token>';
const HELPER_SECONDS = 20;

/** The credentials that `docker login` left for a registry: of its helper, of the store, or in the file; undefined when there are none. */
export async function readCredentials(registry: string, env: Environment): Promise<Credentials | undefined> {
  const config = await readDockerConfig(env);
  const keys =
    registry === 'docker.io' ? [HUB_KEY, 'index.docker.io', 'docker.io'] : [registry, `https://${registry}`, `http://${registry}`];
  const helper = keys.map((key) => config.credHelpers?.[key]).find(Boolean) ?? config.credsStore;
  if (helper) {
    const found = await askHelper(helper, keys[0] as string, env);
    if (found) return found;
  }
  const stored = keys.map((key) => config.auths?.[key] ?? config.auths?.[`${key}/`]).find(Boolean);
  return stored && storedCredentials(stored);
}

/** A file that is missing or broken says nothing; docker itself will complain of it. */
async function readDockerConfig(env: Environment): Promise<DockerConfig> {
  const home = readVariable(env, 'HOME') ?? readVariable(env, 'USERPROFILE') ?? '';
  const file = join(readVariable(env, 'DOCKER_CONFIG') || join(home, '.docker'), 'config.json');
  try {
    return (JSON.parse(await readFile(file, 'utf8')) as DockerConfig | null) ?? {};
  } catch {
    return {};
  }
}

function storedCredentials({ auth, username, password, identitytoken }: StoredAuth): Credentials | undefined {
  if (identitytoken) return { kind: 'token', refreshToken: identitytoken };
  if (username && password) return { kind: 'password', username, password };
  const [user = '', ...rest] = Buffer.from(auth ?? '', 'base64')
    .toString('utf8')
    .split(':');
  return user === '' ? undefined : { kind: 'password', username: user, password: rest.join(':').replace(/\0+$/, '') };
}

/** Asks `docker-credential-<name>` as docker does: the registry on its standard input, JSON on its output. */
async function askHelper(name: string, registry: string, env: Environment): Promise<Credentials | undefined> {
  const output = await runHelper(`docker-credential-${name}`, registry, env);
  try {
    const { Username: username, Secret: secret } = JSON.parse(output) as { Username?: string; Secret?: string };
    if (!username || !secret) return undefined;
    return username === TOKEN_USER ? { kind: 'token', refreshToken: secret } : { kind: 'password', username, password: secret };
  } catch {
    return undefined;
  }
}

/** A helper that is missing, fails or hangs has nothing to say. */
function runHelper(command: string, input: string, env: Environment): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn(command, ['get'], { env: { ...env }, stdio: ['pipe', 'pipe', 'ignore'], timeout: HELPER_SECONDS * 1000 });
    let output = '';
    child.on('error', () => resolve(''));
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
    });
    child.on('close', (code) => resolve(code === 0 ? output : ''));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
