import type { DeploySource } from '../deploy-schema.ts';
import type { DeploySpec } from '../deploy-spec.ts';
import type { Finding } from './finding.ts';
import { networkFindings } from './network.ts';
import { podFindings } from './pod.ts';
import { scalingFindings } from './scaling.ts';

export type { Finding } from './finding.ts';

/** What a merged `deploy` breaks of the rules between its keys. */
export function deployFindings(source: DeploySource, spec: DeploySpec, hasMount: boolean): Finding[] {
  return [...scalingFindings(source, spec), ...podFindings(source, spec, hasMount), ...networkFindings(source)];
}
