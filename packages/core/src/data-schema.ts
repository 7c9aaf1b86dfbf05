/** What the model is asked with, and what it answers: the columns of a training table. */
export interface DataSchema {
  readonly target: string;
  readonly task: 'classification' | 'regression';
  /** How many classes the target has; unknown where nobody has counted, none in a regression. */
  readonly classes?: number;
  readonly features: readonly Feature[];
}

/** One column. In a nullable one a value may be missing: an empty cell of the table, null in a request. */
export type Feature = { readonly name: string; readonly nullable?: true } & (
  | {
      readonly type: 'integer' | 'number';
      readonly minimum?: number;
      readonly maximum?: number;
      readonly example: number;
    }
  | { readonly type: 'string'; readonly values: readonly string[]; readonly example: string }
);

/** The lesson's churn table: five numeric columns; its request body is the examples. */
export const LESSON_DATA: DataSchema = {
  target: 'churned',
  task: 'classification',
  classes: 2,
  features: [
    { name: 'tenure_months', type: 'integer', minimum: 0, maximum: 600, example: 12 },
    { name: 'monthly_charges', type: 'number', minimum: 0, example: 65.0 },
    { name: 'total_charges', type: 'number', minimum: 0, example: 780.0 },
    { name: 'num_products', type: 'integer', minimum: 0, example: 2 },
    { name: 'has_support_calls', type: 'integer', minimum: 0, maximum: 1, example: 1 },
  ],
};
