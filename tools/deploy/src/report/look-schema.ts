import { type TSchema, Type } from 'typebox';
import { SCHEMA_VERSION } from './json.ts';
import { seconds, service, text, texts, whole } from './schema-parts.ts';

const closed = (keys: Readonly<Record<string, TSchema>>, description?: string) =>
  Type.Object(keys, { ...(description === undefined ? {} : { description }), additionalProperties: false });
const list = (keys: Readonly<Record<string, TSchema>>, description: string) => Type.Array(closed(keys), { description });
const flag = (description: string) => Type.Boolean({ description });
const when = (description: string) => Type.String({ description: `${description}, by the server's clock (RFC 3339)` });

const namespace = text('its namespace');
const commit = Type.Optional(text('commit that the image was built from'));

const canary = closed(
  {
    image: text('image of the canary'),
    stableImage: text('image of the version that serves'),
    step: Type.Union([Type.Integer({ minimum: 1 }), Type.Literal('promoting')], {
      description: 'from 1; "promoting": the service takes its pods',
    }),
    share: Type.Number({ minimum: 0, maximum: 100, description: 'percent of the requests that it gets' }),
    pods: whole('pods that it should have'),
    ready: whole('those that requests can reach'),
    since: when('when its step began'),
    order: Type.Optional(Type.Enum(['promote', 'abort'], { description: 'what it was told to do' })),
  },
  'absent when none is under way',
);

const cause = {
  code: text('stable, lower-case: "image-pull"'),
  where: text('an object: "pod/churn-7d9-x2"'),
  what: text('what is wrong'),
  remedy: text('what to do next'),
  graceSeconds: Type.Optional(seconds('how long a deploy lets it last; absent: until its deadline')),
  pod: Type.Optional(text('pod whose log explains it')),
  container: Type.Optional(text("its container, where that is not the service's own")),
  details: Type.Optional(texts('more lines')),
};

const deployment = {
  image: text('image of its pods'),
  commit,
  wanted: whole('pods that it should have'),
  ready: whole('pods that are ready'),
};

const pod = {
  name: text('its name'),
  phase: text('phase, as Kubernetes calls it'),
  ready: flag('whether requests reach it'),
  restarts: whole('how often its containers were started again'),
};

const status = {
  service,
  environment: text('its environment'),
  context: text('kube context'),
  namespace,
  deployment: Type.Optional(closed(deployment, 'absent when the service was never deployed there')),
  pods: list(pod, 'pods of the newest version'),
  causes: list(cause, 'why pods are not ready, the gravest first'),
  canary: Type.Optional(canary),
  address: Type.Optional(text('address and port of its Service inside the cluster')),
};

const change = {
  object: text('"deployment/churn"'),
  action: Type.Enum(['create', 'update', 'delete'], { description: 'what would be done to it' }),
  lines: texts('as "diff -u" writes them; what Secrets hold is masked'),
};

const note = {
  code: text('stable, lower-case: "added-by-others"'),
  what: text('what was seen'),
  remedy: Type.Optional(text('what can be done')),
  details: Type.Optional(texts('more lines')),
};

const revision = {
  revision: whole('its number'),
  at: when('when it was proved'),
  by: text('who deployed it'),
  image: text('its image'),
  imageId: Type.Optional(text("sha256 of the image's configuration")),
  commit,
  modelSha: Type.Optional(text('sha256 of the model')),
  hash: text('sha256 over its objects'),
  port: whole('port of its container'),
  rollbackTo: Type.Optional(whole('the revision that it brought back')),
};

const node = { name: text('its name'), isReady: flag('whether it takes pods'), gpus: whole('nvidia.com/gpu that it offers') };
const state = Type.Object(
  {
    name: text('name of the cluster'),
    context: text('kube context'),
    server: text('address of its API server'),
    kubernetesVersion: text('its version'),
  },
  { description: 'what "cluster up" noted; it holds more than this, which may change', additionalProperties: true },
);

/** What each command that looks prints with --output json, beside `schema`; one object a line unless told otherwise. */
const LOOKS = {
  status: { about: 'what runs of services; one object in all', keys: { services: list(status, 'in the order of the command') } },
  diff: {
    about: 'what a deploy of a service would change',
    keys: {
      service,
      objects: list(change, 'empty when nothing would change'),
      notes: list(note, 'what others have added, and no deploy changes'),
    },
  },
  history: { about: 'the revisions of a service', keys: { service, revisions: list(revision, 'the latest first') } },
  logs: { about: 'a line of a log', keys: { pod: text('pod that wrote it'), line: text('the line') } },
  'canary status': {
    about: 'how far canaries are; one object in all',
    keys: { services: list({ service, namespace, canary: Type.Optional(canary) }, 'in the order of the command') },
  },
  'cluster status': {
    about: 'the cluster of this machine; one object, on several lines',
    keys: {
      outcome: Type.Enum(['absent', 'running', 'broken'], { description: 'how it is' }),
      state: Type.Optional(state),
      isApiReady: Type.Optional(flag('whether its API server answers')),
      ended: Type.Optional(texts('processes that ended')),
      nodes: Type.Optional(list(node, 'its nodes')),
    },
  },
  'cluster id': {
    about: "which cluster an environment's context leads to",
    keys: { environment: text('its name'), clusterId: text('uid of the namespace kube-system'), server: text('address of its API server') },
  },
} as const;

export type Look = keyof typeof LOOKS;

/** The JSON Schema of what a command that looks prints with --output json. */
export function lookSchema(look: Look): TSchema {
  const { about, keys } = LOOKS[look];
  return Type.Object({ schema: Type.Literal(SCHEMA_VERSION), ...keys }, { description: about, additionalProperties: false });
}

/** All of them, by command. */
export function lookSchemas(): TSchema {
  const looks = Object.keys(LOOKS) as Look[];
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'https://modelyard.dev/schema/output.schema.json',
    title: 'what the commands that look print with "--output json"',
    description:
      'One definition for each command. While "schema" is the same, a key keeps its meaning; a later version may add keys, so readers skip what they do not know.',
    $defs: Object.fromEntries(looks.map((look) => [look, lookSchema(look)])),
  };
}
