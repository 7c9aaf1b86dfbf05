import { equalJson, type KubeObject, NEW_FIRST, OLD_FIRST, RESOURCES, type RollingUpdate } from '../kube/index.ts';

const WAYS = [NEW_FIRST, OLD_FIRST];

interface DeploymentSpec {
  readonly strategy?: { readonly rollingUpdate?: RollingUpdate };
  readonly [field: string]: unknown;
}

/** The objects with Deployments that replace their pods in this way; one that the spec tells another way keeps it. */
export function withRollingUpdate(objects: readonly KubeObject[], way: RollingUpdate): KubeObject[] {
  return objects.map((object) => {
    if (!isOurChoice(object) || equalJson(rollingUpdateOf(object), way)) return object;
    const spec = object.spec as DeploymentSpec;
    return { ...object, spec: { ...spec, strategy: { ...spec.strategy, rollingUpdate: way } } };
  });
}

/** The way of the live Deployment of these objects, where it is one that we choose between. */
export function liveWay(objects: readonly KubeObject[], members: readonly KubeObject[]): RollingUpdate | undefined {
  const rendered = objects.find(isOurChoice);
  const live = rendered && members.find((member) => isOurChoice(member) && member.metadata.name === rendered.metadata.name);
  return live && WAYS.find((one) => equalJson(rollingUpdateOf(live), one));
}

const rollingUpdateOf = (object: KubeObject): RollingUpdate | undefined => (object.spec as DeploymentSpec).strategy?.rollingUpdate;

const isOurChoice = (object: KubeObject): boolean =>
  object.kind === RESOURCES.Deployment.kind && WAYS.some((way) => equalJson(rollingUpdateOf(object), way));
