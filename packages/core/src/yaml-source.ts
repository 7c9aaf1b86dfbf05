import { type Document, isNode, LineCounter, parseDocument } from 'yaml';
import { fail, type Problem, type Result, succeed } from './problem.ts';

/** A parsed YAML text that can say where in its file each value stands. */
export interface YamlSource {
  readonly value: unknown;
  /** `file:line:column` of the value at a path of keys; of its nearest parent when it is missing. */
  locate(path: readonly string[]): string;
}

/** Parses one YAML 1.2 document; every syntax error becomes a problem with its line and column. */
export function parseYamlSource(text: string, file: string): Result<YamlSource> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    const problems = document.errors.map((error): Problem => {
      const { line, col } = lines.linePos(error.pos[0]);
      return { code: 'broken-yaml', where: `${file}:${line}:${col}`, what: error.message, remedy: 'mend the YAML at this place' };
    });
    return fail(...problems);
  }
  return succeed({
    value: document.toJS(),
    locate: (path) => {
      const position = positionOf(document, path);
      if (position === undefined) return file;
      const { line, col } = lines.linePos(position);
      return `${file}:${line}:${col}`;
    },
  });
}

function positionOf(document: Document, path: readonly string[]): number | undefined {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return isNode(document.contents) ? document.contents.range?.[0] : undefined;
}
