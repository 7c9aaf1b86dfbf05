import { type CommandOutcome, runCommand } from './command.ts';
import type { Environment } from './environment.ts';

/** What git knows of a folder; all of it is null or false where git does not track the folder. */
export interface GitState {
  readonly commit: string | null;
  /** Something in the folder differs from the commit, or is not yet added. */
  readonly dirty: boolean;
  /** ISO 8601 time of the commit. */
  readonly committedAt: string | null;
  /** Address of "origin", without any login. */
  readonly remote: string | null;
}

const UNTRACKED: GitState = { commit: null, dirty: false, committedAt: null, remote: null };

/** Set inside git hooks; they would point git at another repository than the folder's. */
const HOOK_VARIABLES = ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'GIT_PREFIX', 'GIT_OBJECT_DIRECTORY'];

/** The commit a folder stands at, and whether the folder differs from it. */
export async function gitState(directory: string, env: Environment): Promise<GitState> {
  const git = gitIn(directory, env);
  const head = await git('log', '-1', '--format=%H %cI');
  if (head.exitCode !== 0) return UNTRACKED;
  const [status, tracked, remote] = await Promise.all([
    git('status', '--porcelain', '--untracked-files=normal', '--', '.'),
    git('ls-files', '--', '.'),
    git('remote', 'get-url', 'origin'),
  ]);
  const dirty = status.stdout.trim() !== '';
  // An ignored folder inside some other repository is not described by that repository's commit.
  if (!dirty && tracked.stdout.trim() === '') return UNTRACKED;
  const [commit, committedAt] = head.stdout.trim().split(' ');
  if (commit === undefined || committedAt === undefined) return UNTRACKED;
  return { commit, dirty, committedAt, remote: remote.exitCode === 0 ? withoutLogin(remote.stdout.trim()) : null };
}

/** A git address without user and password. */
export function withoutLogin(address: string): string {
  return address.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, '$1');
}

function gitIn(directory: string, env: Environment): (...args: string[]) => Promise<CommandOutcome> {
  const clean = Object.fromEntries(Object.entries(env).filter(([name]) => !HOOK_VARIABLES.includes(name)));
  return (...args) => runCommand('git', ['-C', directory, ...args], { env: clean });
}
