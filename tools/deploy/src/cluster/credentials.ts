import type { KubeAccess } from './kube-access.ts';
import type { AuthHeaders } from './login.ts';

/** Tokens are short-lived and exec plugins are slow: asked for again after this time, and after a 401. */
const CREDENTIALS_MS = 30_000;

/** Headers of authentication with a number, so that a refusal of old ones does not throw away newer ones. */
export interface Credentials {
  readonly number: number;
  readonly headers: AuthHeaders;
}

/** Keeps the headers of authentication for a while; those that the server refused are fetched anew, by one for all. */
export function rememberCredentials(access: KubeAccess) {
  let number = 0;
  let isRefused = false;
  let known: { number: number; headers: Promise<AuthHeaders>; until: number } | undefined;
  const fetch = (): NonNullable<typeof known> => {
    const headers = access.authenticate(isRefused);
    isRefused = false;
    const fetched = { number: ++number, headers, until: performance.now() + CREDENTIALS_MS };
    // What failed now may work at the next request.
    headers.catch(() => {
      if (known === fetched) known = undefined;
    });
    return fetched;
  };
  return {
    current: async (): Promise<Credentials> => {
      if (!known || performance.now() >= known.until) known = fetch();
      const { number: used, headers } = known;
      return { number: used, headers: await headers };
    },
    /** The server refused these; the next request brings others. */
    refuse: (refused: Credentials): void => {
      if (known?.number !== refused.number) return;
      known = undefined;
      isRefused = true;
    },
  };
}
