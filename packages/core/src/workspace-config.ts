import { type Static, Type } from 'typebox';
import type { PythonVersion } from './contract.ts';
import { didYouMean } from './nearest.ts';
import { fail, type Result, succeed } from './problem.ts';
import { schemaProblems } from './schema-problems.ts';
import { parseYamlSource } from './yaml-source.ts';

const closed = { additionalProperties: false } as const;

const Environment = Type.Object(
  {
    context: Type.String({ minLength: 1, description: 'name of the kube context; nothing is sent to another one' }),
    namespace: Type.String({ pattern: '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$', description: 'namespace of the services' }),
    kubeconfig: Type.Optional(Type.String({ description: 'kubeconfig file; left out, KUBECONFIG or ~/.kube/config' })),
    clusterId: Type.Optional(
      Type.String({
        pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$',
        description: 'which cluster the context must lead to: the uid of its namespace kube-system; "modelyard cluster id" prints it',
      }),
    ),
    server: Type.Optional(
      Type.String({ pattern: '^https?://[^/]+', description: 'address that the context must lead to; "modelyard cluster id" prints it' }),
    ),
    createNamespace: Type.Optional(Type.Boolean({ description: 'create the namespace when it is missing' })),
    protected: Type.Optional(
      Type.Boolean({
        description: 'changes ask for the name of the environment on a terminal, and need --yes elsewhere; images need a digest',
      }),
    ),
    delivery: Type.Optional(
      Type.Enum(['push', 'load'], {
        description: 'how images reach the cluster: pushed to the registry, or loaded into the cluster of "modelyard cluster up"',
      }),
    ),
  },
  { ...closed, description: 'a cluster and a namespace' },
);

/** The JSON Schema of modelyard.yaml, and the source of its types. */
export const WorkspaceSchema = Type.Object(
  {
    registry: Type.Optional(Type.String({ description: 'prefix of image names, for example "ghcr.io/acme"' })),
    images: Type.Optional(
      Type.Object(
        {
          python: Type.Optional(
            Type.String({ minLength: 1, description: 'base image; {version} becomes the Python version ("python:{version}-slim")' }),
          ),
        },
        { ...closed, description: 'base images; set them where Docker Hub cannot be reached' },
      ),
    ),
    environments: Type.Record(Type.String(), Environment, { description: 'where services are deployed' }),
    defaultEnvironment: Type.Optional(Type.String({ description: 'environment of a deploy that names none' })),
  },
  { ...closed, $id: 'https://modelyard.dev/schema/modelyard.schema.json', title: 'modelyard.yaml', description: 'a workspace' },
);

type WorkspaceSource = Static<typeof WorkspaceSchema>;

export interface EnvironmentConfig {
  readonly name: string;
  readonly context: string;
  readonly namespace: string;
  readonly kubeconfig?: string;
  /** Uid of the cluster's namespace kube-system. */
  readonly clusterId?: string;
  /** Address of its API server. */
  readonly server?: string;
  readonly createNamespace: boolean;
  readonly protected: boolean;
  readonly delivery: 'push' | 'load';
}

export interface WorkspaceConfig {
  readonly registry?: string;
  /** Base image with `{version}` where the Python version goes. */
  readonly pythonImage: string;
  readonly environments: Readonly<Record<string, EnvironmentConfig>>;
  readonly defaultEnvironment: string;
}

export const DEFAULT_PYTHON_IMAGE = 'python:{version}-slim';

/** Parses the text of a modelyard.yaml; all its problems together, each with line and column. */
export function parseWorkspaceConfig(text: string, file: string): Result<WorkspaceConfig> {
  const source = parseYamlSource(text, file);
  if (!source.ok) return source;
  const problems = schemaProblems(WorkspaceSchema, source.value);
  if (problems.length > 0) return fail(...problems);
  const given = source.value.value as WorkspaceSource;
  const names = Object.keys(given.environments);
  const chosen = given.defaultEnvironment ?? names[0];
  if (chosen === undefined || !names.includes(chosen)) {
    return fail({
      code: 'unknown-environment',
      where: source.value.locate(['defaultEnvironment']),
      what: chosen === undefined ? '"environments" is empty' : `"defaultEnvironment" is "${chosen}", which is not one of the environments`,
      remedy: names.length > 0 ? `one of: ${names.join(', ')}` : 'add an environment with its context and namespace',
    });
  }
  return succeed({
    ...(given.registry ? { registry: given.registry } : {}),
    pythonImage: given.images?.python ?? DEFAULT_PYTHON_IMAGE,
    environments: Object.fromEntries(
      names.map((name) => [name, environmentOf(name, given.environments[name] as Static<typeof Environment>)]),
    ),
    defaultEnvironment: chosen,
  });
}

/** The environment asked for, or the default one; a problem that names the nearest one when there is none of that name. */
export function chooseEnvironment(config: WorkspaceConfig, asked: string | undefined, file: string): Result<EnvironmentConfig> {
  const name = asked ?? config.defaultEnvironment;
  const environment = config.environments[name];
  if (environment) return succeed(environment);
  const known = Object.keys(config.environments);
  return fail({
    code: 'unknown-environment',
    where: file,
    what: `there is no environment "${name}"`,
    remedy: `${didYouMean(name, known)}known: ${known.join(', ')}`,
  });
}

/** The base image for a Python version. */
export function pythonImageFor(config: WorkspaceConfig, python: PythonVersion): string {
  return config.pythonImage.replaceAll('{version}', python);
}

function environmentOf(name: string, source: Static<typeof Environment>): EnvironmentConfig {
  return {
    name,
    context: source.context,
    namespace: source.namespace,
    ...(source.kubeconfig ? { kubeconfig: source.kubeconfig } : {}),
    ...(source.clusterId ? { clusterId: source.clusterId } : {}),
    ...(source.server ? { server: source.server } : {}),
    createNamespace: source.createNamespace ?? false,
    protected: source.protected ?? false,
    delivery: (source.delivery as 'push' | 'load' | undefined) ?? 'push',
  };
}
