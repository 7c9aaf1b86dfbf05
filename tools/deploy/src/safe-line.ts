/** Sequences by which a terminal is told to do something (ECMA-48), and single characters of that kind. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const SEQUENCES = /\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]P^_X][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])/g;
const CONTROLS = /[\p{Cc}\p{Cf}\u2028\u2029]+/gu;

/** What logs and messages let slip: a password in an address, what signs a request in, and values whose name says what they are. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/\b([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):[^\s@/]+@/gi, '$1:***@'],
  [/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, '$1 ***'],
  [/([\w.-]*(?:token|passw(?:or)?d|secret|api[_-]?key|access[_-]?key|credentials?)["']?\s*[=:]\s*["']?)[^\s"',;&}\])]+/gi, '$1***'],
];

/** Somebody else's text as it may be shown, line by line. */
export const safeText = (text: string): string => text.split('\n').map(safeLine).join('\n');

/** One line of somebody else's text as it may be shown: it tells a terminal nothing, and values that look secret are masked. */
export function safeLine(text: string): string {
  const plain = text.replace(SEQUENCES, '').replace(CONTROLS, ' ').trimEnd();
  return SECRETS.reduce((line, [pattern, masked]) => line.replace(pattern, masked), plain);
}
