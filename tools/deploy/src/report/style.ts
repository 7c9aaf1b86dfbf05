export interface TextStyle {
  readonly colours: boolean;
  /** What stays as it is is counted and not listed: for many services. */
  readonly brief?: boolean;
}

const CODES = { green: 32, yellow: 33, red: 31, dim: 2 } as const;

export type Paint = (colour: keyof typeof CODES, text: string) => string;

/** Colours a text, where colours are told. */
export function painter(style: TextStyle): Paint {
  return (colour, text) => (style.colours ? `\u001b[${CODES[colour]}m${text}\u001b[0m` : text);
}

/** `1 pod`, `2 pods`. */
export const count = (amount: number, thing: string): string => `${amount} ${thing}${amount === 1 ? '' : 's'}`;
