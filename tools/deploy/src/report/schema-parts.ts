import { type TSchema, Type } from 'typebox';

/** What one type of event is, and its keys. */
export interface EventSchema {
  readonly about: string;
  readonly keys: Readonly<Record<string, TSchema>>;
}

export const text = (description: string) => Type.String({ description });
export const texts = (description: string) => Type.Array(Type.String(), { description });
export const whole = (description: string) => Type.Integer({ minimum: 0, description });
export const seconds = (description: string) => Type.Number({ minimum: 0, description });
export const service = text('name of the service');
