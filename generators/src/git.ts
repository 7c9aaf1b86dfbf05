import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Makes a git repository on branch main with a first commit; the line it returns says what was done, or why not. */
export async function commitWorkspace(directory: string): Promise<string> {
  const git = (...args: string[]) => run('git', args, { cwd: directory });
  try {
    await git('init', '--quiet', '--initial-branch=main');
    await git('add', '--all');
    await git('commit', '--quiet', '--message', 'Workspace made by Modelyard');
    return 'git repository with a first commit on main';
  } catch (error) {
    const lines = String((error as { stderr?: string }).stderr ?? error)
      .trim()
      .split('\n');
    return `no first git commit: ${lines.at(-1)}`;
  }
}
