const FACTORS: ReadonlyMap<string, number> = new Map([
  ['n', 1e-9],
  ['u', 1e-6],
  ['m', 1e-3],
  ['', 1],
  ['k', 1e3],
  ['M', 1e6],
  ['G', 1e9],
  ['T', 1e12],
  ['P', 1e15],
  ['E', 1e18],
  ['Ki', 2 ** 10],
  ['Mi', 2 ** 20],
  ['Gi', 2 ** 30],
  ['Ti', 2 ** 40],
  ['Pi', 2 ** 50],
  ['Ei', 2 ** 60],
]);

/** A number, then an exponent or a suffix: "E" with digits after it is the former. */
const QUANTITY = /^([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))(?:[eE]([+-]?[0-9]+)|([A-Za-z]*))$/;

/** The number that a Kubernetes quantity stands for ("250m" is 0.25, "1e3" is 1000); undefined when it is none. */
export function parseQuantity(text: string | undefined): number | undefined {
  const [, number, exponent, suffix = ''] = QUANTITY.exec(text ?? '') ?? [];
  if (number === undefined) return undefined;
  if (exponent !== undefined) return Number(`${number}e${exponent}`);
  const factor = FACTORS.get(suffix);
  return factor === undefined ? undefined : Number(number) * factor;
}
