/** A server that is compared: how it is started, and what it is asked. */
export interface Contender {
  readonly name: string;
  readonly directory: string;
  /** Executable, then its arguments; it must listen on the port, on the loopback address. */
  command(port: number): readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly healthPath: string;
  readonly predictPath: string;
  /** One row, in the form that this server takes. */
  readonly body: string;
  /** Many rows in one request, where the server takes a list. */
  readonly largeBody?: string;
}

/** The lesson's own request. */
export const ROW = { tenure_months: 12, monthly_charges: 65.0, total_charges: 780.0, num_products: 2, has_support_calls: 1 } as const;
