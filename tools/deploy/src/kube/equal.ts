/** Whether two JSON values say the same, whatever the order of their keys. */
export function equalJson(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (!isContainer(a) || !isContainer(b) || Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && equalJson(a[key], b[key]));
}

/** The paths at which two JSON values differ, the deepest that name one change: `spec.replicas`, `spec.ports[0].port`. */
export function differingPaths(a: unknown, b: unknown, path = ''): string[] {
  if (equalJson(a, b)) return [];
  if (!isContainer(a) || !isContainer(b) || Array.isArray(a) !== Array.isArray(b)) return [path];
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return keys.flatMap((key) => differingPaths(a[key], b[key], Array.isArray(a) ? `${path}[${key}]` : joined(path, key)));
}

/** Keys that hold dots or slashes stand in brackets, as in JSONPath. */
function joined(path: string, key: string): string {
  if (!/^[\w-]+$/.test(key)) return `${path}["${key}"]`;
  return path === '' ? key : `${path}.${key}`;
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
