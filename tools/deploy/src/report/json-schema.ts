import { type TSchema, Type } from 'typebox';
import { CANARY_EVENTS } from './canary-schema.ts';
import type { DeployEvent } from './events.ts';
import { SCHEMA_VERSION } from './json.ts';
import { type EventSchema, seconds, service, text, texts, whole } from './schema-parts.ts';

const namespace = text('namespace of the service');

const Problem = Type.Object(
  {
    code: text('stable, lower-case: "image-pull"'),
    where: text('a file with line and column, or an object'),
    what: text('what is wrong'),
    remedy: text('what to do next'),
    details: Type.Optional(texts('end of a log, events')),
  },
  { additionalProperties: false },
);

const Taken = Type.Object({ field: text('path of a field'), manager: text('who changed it') }, { additionalProperties: false });

const Change = Type.Object(
  {
    action: Type.Enum(['create', 'update', 'keep', 'delete']),
    object: text('"deployment/churn"; what it holds is never told'),
    fields: Type.Optional(texts('paths of the fields that an update changes')),
    repairs: Type.Optional(Type.Array(Taken, { description: 'fields that were edited by hand and are set back' })),
  },
  { additionalProperties: false },
);

/** What each event says beside `schema`, `type` and, where several services are deployed, `service`. */
const EVENTS: Record<DeployEvent['type'], EventSchema> = {
  started: {
    about: 'the deploy of a service begins',
    keys: { service, environment: text('its environment'), context: text('kube context'), namespace, image: text('image reference') },
  },
  noted: {
    about: 'something that stops nothing',
    keys: {
      code: text('stable, lower-case: "left-out"'),
      what: text('what was found'),
      remedy: Type.Optional(text('what to do about it')),
      details: Type.Optional(texts('more lines')),
    },
  },
  promoting: {
    about: 'what is live and proved in one environment goes to another',
    keys: { service, from: text('environment it comes from'), revision: whole('its revision there'), image: text('its image, by digest') },
  },
  surge: {
    about: 'how pods are replaced, chosen by the room there is',
    keys: {
      rollingUpdate: Type.Object(
        { maxSurge: whole('pods more than wanted'), maxUnavailable: whole('pods fewer than wanted') },
        { additionalProperties: false },
      ),
      because: text('why'),
    },
  },
  planned: {
    about: 'what will be done to its objects',
    keys: { dryRun: Type.Boolean({ description: 'nothing was changed' }), changes: Type.Array(Change) },
  },
  ...CANARY_EVENTS,
  delivering: { about: 'the image is brought into the cluster of this machine', keys: { image: text('image reference') } },
  applied: { about: 'an object was written', keys: { object: text('"deployment/churn"'), action: Type.Enum(['create', 'update']) } },
  waiting: { about: 'what the rollout waits for; told when it changes', keys: { because: text('one line') } },
  cause: {
    about: 'why the rollout is not ready yet, as soon as that is known; before "rolling-back", why it failed',
    keys: {
      cause: Problem,
      graceSeconds: Type.Optional(seconds('how long it may last before the rollout counts as failed; absent: until the deadline')),
    },
  },
  ready: { about: 'all pods of the new version are ready', keys: { pods: texts('their names'), seconds: seconds('length of the wait') } },
  verified: {
    about: 'the live pods answered as trained',
    keys: { pods: whole('pods that were asked'), rows: whole('golden predictions of each; 0: only the sha256 of the model') },
  },
  'not-verified': { about: 'nothing could be compared', keys: { because: text('why') } },
  deployed: {
    about: 'the service is live and proved',
    keys: { service, namespace, port: whole('port of its Service'), seconds: seconds('length of the deploy') },
  },
  recorded: { about: 'the proved state became a revision', keys: { revision: whole('number in the history') } },
  'rolling-back': {
    about: 'the rollout failed and an earlier revision is brought back',
    keys: { to: whole('its number'), image: text('its image') },
  },
  left: { about: 'the rollout failed and stays as it is', keys: { service, because: text('why nothing is brought back') } },
  deleted: { about: 'an object that is no longer wanted was deleted', keys: { object: text('"configmap/churn"') } },
  gone: { about: 'a service was destroyed', keys: { service, namespace, objects: whole('objects that were deleted') } },
  failed: {
    about: 'with `service`: that one of several failed; without: the command did, and these are all problems',
    keys: { problems: Type.Array(Problem) },
  },
  summary: {
    about: 'the end of a deploy of several services',
    keys: { services: whole('all of them'), failed: texts('names of those that failed') },
  },
};

/** How long each cause may last, for the page about causes. */
export { GRACES } from '../readiness/index.ts';
export { type Look, lookSchema, lookSchemas } from './look-schema.ts';

/** The JSON Schema of one line of `modelyard deploy --output json`; rollback and destroy print the same events. */
export function deployEventSchema(): TSchema {
  const events = Object.entries(EVENTS).map(([type, { about, keys }]) =>
    Type.Object(
      {
        schema: Type.Literal(SCHEMA_VERSION),
        type: Type.Literal(type),
        ...('service' in keys ? {} : { service: Type.Optional(text('name of the service, where several are deployed')) }),
        ...keys,
      },
      { description: about, additionalProperties: false },
    ),
  );
  return Type.Union(events, {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'https://modelyard.dev/schema/deploy-event.schema.json',
    title: 'a line of "modelyard deploy --output json"',
    description:
      'The lines of this version. While "schema" is the same, a key keeps its meaning; a later version may add keys and types, so readers skip what they do not know.',
  });
}
