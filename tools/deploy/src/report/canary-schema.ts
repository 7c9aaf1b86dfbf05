import { Type } from 'typebox';
import type { CanaryEvent } from './canary-events.ts';
import { type EventSchema, seconds, service, text, whole } from './schema-parts.ts';

const mode = Type.Enum(['route', 'replicas'], { description: 'what shares the requests: weights of the HTTPRoute, or numbers of pods' });
const percent = (description: string) => Type.Number({ minimum: 0, maximum: 100, description });
const step = whole('from 1; one beyond the last: the service takes the new pods');
const steps = whole('steps in all');

/** What the events of a canary say. */
export const CANARY_EVENTS: Record<CanaryEvent['type'], EventSchema> = {
  'canary-planned': {
    about: 'the new pods are tried beside those that serve',
    keys: {
      name: text('name of its objects'),
      mode,
      steps: Type.Array(
        Type.Object({ weight: percent('of the requests'), seconds: seconds('how long it is watched') }, { additionalProperties: false }),
      ),
      stableReplicas: whole('pods that serve'),
      stableImage: text('their image'),
    },
  },
  'canary-left-out': { about: 'a canary was asked for, and the pods are replaced one by one', keys: { because: text('why') } },
  'canary-shifted': {
    about: 'requests were given to the canary, or taken from it',
    keys: {
      step,
      steps,
      mode,
      weight: percent('of the requests that the step asks for'),
      share: percent('of the requests that the canary gets'),
      seconds: seconds('how long it is watched'),
      pods: whole('pods of the canary'),
      stableReplicas: whole('pods that served before'),
    },
  },
  'canary-checked': {
    about: 'a step was passed',
    keys: {
      step,
      steps,
      pods: whole('pods of the canary'),
      rows: whole('golden predictions that each gave as trained; 0: nothing to compare with'),
      errors: Type.Enum(['good', 'too-few', 'unknown'], { description: 'what the figures of the pods say' }),
      requests: Type.Optional(whole('requests during the step')),
      failed: Type.Optional(whole('those that were answered with 5xx')),
    },
  },
  'canary-promoting': { about: 'the service takes the new pods', keys: { skipped: whole('steps that were left out') } },
  'canary-aborting': { about: 'the canary goes', keys: { because: text('why') } },
  'canary-ordered': { about: 'an order for the deploy that runs', keys: { order: Type.Enum(['promote', 'abort']), service } },
};
