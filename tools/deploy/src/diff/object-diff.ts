import { stringify } from 'yaml';
import { canonicalJson, describeObject, type KubeObject, refOf } from '../kube/index.ts';
import { type Comparison, comparable, planChanges } from '../plan/index.ts';
import { unifiedDiff } from './unified.ts';

/** How one object would change. */
export interface ObjectDiff {
  readonly object: string;
  readonly action: 'create' | 'update' | 'delete';
  /** As `diff -u` writes it; what Secrets hold is masked. */
  readonly lines: readonly string[];
}

/** How the compared objects would change, and those that would be deleted. Objects that stay are left out. */
export function diffObjects(comparisons: readonly Comparison[], leaving: readonly KubeObject[]): ObjectDiff[] {
  const { changes } = planChanges(comparisons, leaving);
  return changes.flatMap((change, index) => {
    if (change.action === 'keep') return [];
    const { live, applied, desired } = comparisons[index] ?? {};
    const before = change.action === 'delete' ? change.object : live;
    const after = change.action === 'delete' ? undefined : (applied ?? desired);
    const [shownBefore, shownAfter] = maskSecret(before, after);
    return [
      {
        object: describeObject(refOf(change.object)),
        action: change.action,
        lines: unifiedDiff(linesOf(shownBefore), linesOf(shownAfter)),
      },
    ];
  });
}

const STAMPED = ['uid', 'creationTimestamp', 'selfLink'];

function linesOf(object: KubeObject | undefined): string[] {
  if (!object) return [];
  const shown = JSON.parse(canonicalJson(comparable(object))) as { metadata: Record<string, unknown> };
  for (const key of STAMPED) delete shown.metadata[key];
  return stringify(shown, { lineWidth: 0, aliasDuplicateObjects: false }).trimEnd().split('\n');
}

const SECRET_KEYS = ['data', 'stringData'] as const;

/** Values of a Secret become marks that tell only whether two of them are equal. */
function maskSecret(before: KubeObject | undefined, after: KubeObject | undefined): [KubeObject | undefined, KubeObject | undefined] {
  if ((before ?? after)?.kind !== 'Secret') return [before, after];
  const masked = (object: KubeObject | undefined, isAfter: boolean): KubeObject | undefined => {
    if (!object) return undefined;
    const values = SECRET_KEYS.flatMap((key) => {
      const map = object[key] as Record<string, string> | undefined;
      const old = before?.[key] as Record<string, string> | undefined;
      const mark = (name: string, value: string) => (isAfter && old && old[name] !== value ? '*** (changed)' : '***');
      return map ? [[key, Object.fromEntries(Object.entries(map).map(([name, value]) => [name, mark(name, value)]))] as const] : [];
    });
    return { ...object, ...Object.fromEntries(values) };
  };
  return [masked(before, false), masked(after, true)];
}
