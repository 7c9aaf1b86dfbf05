import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findHelm, findKubectl } from '../../../deploy/src/testing/index.ts';
import type { ApiServer } from './api-server.ts';
import { type Fixture, pointTo, type Reach } from './fixture.ts';
import { type Taken, timed } from './timed.ts';

/** One who brings the same objects to a cluster. */
export interface Contender {
  readonly name: string;
  /** What is reached on the way to the end, and has a row of its own. */
  readonly milestone?: string;
  /** Readies what is only input; it is not measured. */
  prepare(fixture: Fixture, reach: Reach): Promise<void>;
  deploy(fixture: Fixture, reach: Reach): Promise<Taken>;
}

export const ANCHOR = 'kubectl apply --server-side';

/**
 * Ourselves, kubectl, kubectl with the wait for the rollouts that it begins, and helm; the caches of kubectl and helm live below a
 * home of their own.
 */
export async function findContenders(home: string, api: ApiServer): Promise<Contender[]> {
  const env = { PATH: process.env.PATH, HOME: home, NO_COLOR: '1' };
  const helm = await findHelm(process.env);
  const kubectl = await findKubectl(process.env);
  const modelyard = [process.execPath, join(import.meta.dirname, '../../../../packages/modelyard/dist/cli/start.cjs')];
  const render = async (fixture: Fixture, reach: Reach): Promise<void> => {
    await pointTo(fixture, reach);
    await timed([...modelyard, 'render', '--all', '--file', manifestOf(fixture)], env, fixture.directory);
  };
  const apply = (fixture: Fixture, { kubeconfig }: Reach): Promise<Taken> =>
    timed([kubectl, '--kubeconfig', kubeconfig, 'apply', '--server-side', '-f', manifestOf(fixture)], env, fixture.directory);
  return [
    { name: ANCHOR, prepare: render, deploy: apply },
    {
      name: 'rollouts that kubectl begins',
      prepare: render,
      deploy: async (fixture, reach) => {
        const startedMs = performance.now();
        const taken = await apply(fixture, reach);
        await api.rolledOut(reach.namespace);
        return { ...taken, seconds: (performance.now() - startedMs) / 1000 };
      },
    },
    {
      name: 'modelyard deploy',
      milestone: 'of it, until the objects are applied',
      prepare: pointTo,
      deploy: (fixture) => timed([...modelyard, 'deploy', '--all'], env, fixture.directory, PLANNED_OR_APPLIED),
    },
    {
      name: 'helm upgrade --install',
      prepare: async (fixture, reach) => {
        await render(fixture, reach);
        await writeChart(fixture);
      },
      deploy: (fixture, { kubeconfig, namespace }) =>
        timed(
          [helm, '--kubeconfig', kubeconfig, '-n', namespace, 'upgrade', '--install', 'all', chartOf(fixture), '--history-max', '2'],
          env,
          fixture.directory,
        ),
    },
  ];
}

/** A deploy waits for its rollouts after these lines; an apply ends here. */
const PLANNED_OR_APPLIED = /^(\S+ +)?(plan|created|updated) /;

/** The rendered objects of all services, as YAML. */
export const manifestOf = ({ directory }: Fixture): string => join(directory, 'all.yaml');
const chartOf = ({ directory }: Fixture): string => join(directory, 'chart');

/** All services in one release, which is the fastest that helm can be given. */
async function writeChart(fixture: Fixture): Promise<void> {
  await mkdir(join(chartOf(fixture), 'templates'), { recursive: true });
  await writeFile(join(chartOf(fixture), 'Chart.yaml'), 'apiVersion: v2\nname: all\nversion: 1.0.0\n');
  await copyFile(manifestOf(fixture), join(chartOf(fixture), 'templates/all.yaml'));
}
