import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A fresh machine has no git identity; a commit of a journey brings its own. */
export const GIT_IDENTITY = {
  GIT_AUTHOR_NAME: 'e2e',
  GIT_AUTHOR_EMAIL: 'e2e@modelyard.test',
  GIT_COMMITTER_NAME: 'e2e',
  GIT_COMMITTER_EMAIL: 'e2e@modelyard.test',
};

/** What git prints in a workspace. */
export async function git(workspace: string, ...args: readonly string[]): Promise<string> {
  return (await run('git', [...args], { cwd: workspace, env: { ...process.env, ...GIT_IDENTITY } })).stdout.trim();
}

/** Commits everything in a workspace. */
export async function commitAll(workspace: string, message: string): Promise<void> {
  await git(workspace, 'add', '--all');
  await git(workspace, 'commit', '--quiet', '--message', message);
}
