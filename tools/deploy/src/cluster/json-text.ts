/** What YAML folds, drops or refuses inside a string, and JSON does not. */
const NOT_YAML = /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g;

/** A value as JSON that says the same when it is read as YAML: so the server reads what is applied. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value).replace(NOT_YAML, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
