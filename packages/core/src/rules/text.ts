import type { DeploySource } from '../deploy-schema.ts';
import type { DeploySpec } from '../deploy-spec.ts';
import type { Finding } from './finding.ts';
import { type MapAt, metadataMaps } from './metadata-maps.ts';

/** As for every name that is a DNS name; a pattern cannot count over its dots. */
const LONGEST_PREFIX = 253;

/** What the cluster cannot take as it is written, though the schema lets it pass. */
export function textFindings(source: DeploySource, spec: DeploySpec): Finding[] {
  return [...environmentValues(spec), ...secretKeys(spec), ...annotationValues(source), ...longPrefixes(source)];
}

function environmentValues({ env }: DeploySpec): Finding[] {
  return Object.entries(env)
    .filter(([, value]) => value.includes('\0') || !value.isWellFormed())
    .map(([name]): Finding => {
      const what = (key: string) => `"${key}" holds a NUL character, or half of a character`;
      return { code: 'bad-value', path: ['env', name], what, remedy: 'an environment variable is text: take it out, or encode it' };
    });
}

function secretKeys({ secrets }: DeploySpec): Finding[] {
  return secrets.flatMap(({ key }, index): Finding[] => {
    if (key !== '.' && !key.startsWith('..')) return [];
    const what = (name: string) => `"${name}" is "${key}", which no Secret can have`;
    return [{ code: 'bad-value', path: ['secrets', String(index), 'key'], what, remedy: 'name a key of the Secret' }];
  });
}

/** The server writes another character in place of half of one, and the next deploy would find a change. */
function annotationValues(source: DeploySource): Finding[] {
  const annotations = metadataMaps(source).filter(([path]) => path.at(-1) === 'annotations');
  return annotations.flatMap(([path, map = {}]) =>
    Object.entries(map)
      .filter(([, value]) => !value.isWellFormed())
      .map(([name]): Finding => {
        const what = (key: string) => `"${key}" holds half of a character`;
        return { code: 'bad-value', path: [...path, name], what, remedy: 'an annotation is text: take it out, or encode it' };
      }),
  );
}

function longPrefixes(source: DeploySource): Finding[] {
  return keyedMaps(source).flatMap(([path, map = {}]) =>
    Object.keys(map)
      .filter((key) => key.lastIndexOf('/') > LONGEST_PREFIX)
      .map((key): Finding => {
        const what = () => `"${shortened(key)}" has a prefix of ${key.lastIndexOf('/')} characters`;
        return { code: 'bad-value', path: [...path, key], what, remedy: `a prefix has ${LONGEST_PREFIX} at most: shorten it` };
      }),
  );
}

/** Every map of a spec whose keys have a prefix; the key of a toleration stands as its only one. */
function keyedMaps(source: DeploySource): MapAt[] {
  const { nodeSelector, network, autoscaling, tolerations } = source;
  const peers = (network?.from ?? []).flatMap(({ namespaceLabels, podLabels }, index): MapAt[] => {
    const at = (kind: string) => ['network', 'from', String(index), kind];
    return [
      [at('namespaceLabels'), namespaceLabels],
      [at('podLabels'), podLabels],
    ];
  });
  const metrics = (autoscaling?.metrics ?? []).map(
    ({ labels }, index): MapAt => [['autoscaling', 'metrics', String(index), 'labels'], labels],
  );
  const taints = (tolerations ?? []).map(
    ({ key }, index): MapAt => [['tolerations', String(index)], key === undefined ? undefined : { [key]: '' }],
  );
  return [...metadataMaps(source), [['nodeSelector'], nodeSelector], ...peers, ...metrics, ...taints];
}

const shortened = (key: string): string => `${key.slice(0, 20)}…${key.slice(-20)}`;
