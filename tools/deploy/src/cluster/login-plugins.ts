import type { RequestOptions } from 'node:https';
import type { ConnectionOptions } from 'node:tls';
import { KubeConfig } from '@kubernetes/client-node';
import type { ClusterEntry, UserEntry } from './kubeconfig.ts';
import type { Login } from './login.ts';
import { pluginLimitSeconds, spawnWithin } from './plugin-limit.ts';

const NAME = 'chosen';

/** The credentials of a user with an exec plugin or an auth provider; the plugin runs now, and when it is asked again. */
export async function loginOfPlugin(
  cluster: ClusterEntry,
  user: UserEntry,
  limitSeconds = pluginLimitSeconds(user.exec ?? {}, process.stdin.isTTY === true),
): Promise<Login> {
  const config = new KubeConfig();
  const source = {
    clusters: [{ name: NAME, cluster }],
    users: [{ name: NAME, user }],
    contexts: [{ name: NAME, context: { cluster: NAME, user: NAME } }],
    'current-context': NAME,
  };
  config.loadFromString(JSON.stringify(source));
  limitPlugins(config, limitSeconds);
  const options = await resolveOptions(config);
  return {
    connection: config.createDispatcherOptions(config.getCurrentCluster(), options as ConnectionOptions),
    authenticate: async () => headersOf(await resolveOptions(config)),
  };
}

/** The library waits for a plugin as long as it takes, and lets only its tests choose how plugins are started. */
function limitPlugins(config: KubeConfig, limitSeconds: number): void {
  const { authenticators } = config as unknown as { authenticators: { execFn?: unknown }[] };
  for (const one of authenticators) if (one.execFn) one.execFn = spawnWithin(limitSeconds);
}

async function resolveOptions(config: KubeConfig): Promise<RequestOptions> {
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  return options;
}

function headersOf(options: RequestOptions): Record<string, string> {
  const basic = options.auth ? { Authorization: `Basic ${Buffer.from(options.auth).toString('base64')}` } : {};
  return { ...basic, ...(options.headers as Record<string, string> | undefined) };
}
