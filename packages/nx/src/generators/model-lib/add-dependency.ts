import { fail, type Result, succeed } from '@modelyard/core';
import { normalizeName, parsePyproject } from '../../pyproject.ts';

/** A shared package, and where it lies. */
export interface SharedSource {
  readonly name: string;
  /** Relative to who depends on it, with "/". */
  readonly path: string;
}

/**
 * The text of a pyproject.toml with the package among its dependencies, and its folder among uv's sources. All else stays as it
 * was written; a text that has the package already comes back unchanged, and one that cannot be extended safely is a problem.
 */
export function addDependency(text: string, source: SharedSource, file: string): Result<string> {
  const before = parsePyproject(text, file);
  if (!before.ok) return before;
  const name = normalizeName(source.name);
  if (before.value.dependencies.includes(name)) return succeed(text);
  const extended = withSource(withDependency(text, source.name), source);
  const after = parsePyproject(extended, file);
  if (after.ok && after.value.dependencies.join() === [...before.value.dependencies, name].join()) return succeed(extended);
  return fail({
    code: 'unknown-form',
    where: file,
    what: `"${source.name}" cannot be added to its dependencies safely; nothing was written`,
    remedy: `add it by hand: dependencies = ["${source.name}"] in [project], and ${sourceLine(source)} in [tool.uv.sources]`,
  });
}

const sourceLine = ({ name, path }: SharedSource): string => `${name} = { path = "${path}" }`;

function withDependency(text: string, name: string): string {
  const list = /^(dependencies[ \t]*=[ \t]*\[)([^\]]*)\]/m;
  if (!list.test(text))
    return text.replace(/^(\[project\][ \t]*\n(?:(?!\[).*\n)*?)(?=\n|\[|$(?![\s\S]))/m, `$1dependencies = ["${name}"]\n`);
  return text.replace(list, (_, open: string, inner: string) => {
    const trimmed = inner.trimEnd();
    if (trimmed.trim() === '') return `${open}"${name}"]`;
    const comma = trimmed.endsWith(',') ? '' : ',';
    return inner.includes('\n') ? `${open}${trimmed}${comma}\n    "${name}",\n]` : `${open}${trimmed}${comma} "${name}"]`;
  });
}

function withSource(text: string, source: SharedSource): string {
  const table = /^\[tool\.uv\.sources\][ \t]*\n/m;
  if (table.test(text)) return text.replace(table, (head) => `${head}${sourceLine(source)}\n`);
  return `${text.trimEnd()}\n\n[tool.uv.sources]\n${sourceLine(source)}\n`;
}
