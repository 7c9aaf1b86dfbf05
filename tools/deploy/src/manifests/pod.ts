import { PORT_NAME, RUN_AS_USER, type ServiceSpec } from '@modelyard/core';
import type { ObjectMeta, Resources } from '../kube/index.ts';
import { configHash, environmentVariables } from './config-map.ts';
import { gpuAmount, gpuClaims, gpuPodFields, gpuTolerations } from './gpu.ts';
import { CONFIG_HASH_ANNOTATION, IMAGE_ID_ANNOTATION, MODEL_ANNOTATION, selectorLabels, standardLabels } from './labels.ts';
import { modelVolumeMounts, modelVolumes } from './model-mount.ts';
import { probesFor } from './probes.ts';
import type { RenderRequest } from './request.ts';

/** The one container of a pod; its logs and probes are asked for by this name. */
export const CONTAINER_NAME = 'model';

/** Time in which the endpoint leaves every node's routing table before the process is told to stop. */
const DRAIN_SECONDS = 5;
/** Time in which requests under way are answered. */
const STOP_SECONDS = 30;

/** The pod template of the Deployment; it passes Pod Security "restricted". */
export function renderPodTemplate(spec: ServiceSpec, request: RenderRequest): { metadata: Partial<ObjectMeta>; spec: object } {
  return {
    metadata: { labels: { ...spec.deploy.pod.labels, ...standardLabels(spec) }, annotations: podAnnotations(spec, request) },
    spec: {
      serviceAccountName: spec.names.label,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: DRAIN_SECONDS + STOP_SECONDS,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: RUN_AS_USER,
        runAsGroup: RUN_AS_USER,
        fsGroup: RUN_AS_USER,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      ...placementOf(spec),
      topologySpreadConstraints: ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'].map((key) => spread(spec, key)),
      containers: [renderContainer(spec, request)],
      volumes: [{ name: 'tmp', emptyDir: { sizeLimit: spec.deploy.resources.ephemeralStorage } }, ...modelVolumes(spec)],
    },
  };
}

/** Which nodes the pods may run on, and how they rank. */
function placementOf(spec: ServiceSpec): object {
  const { nodeSelector, priorityClass } = spec.deploy;
  const tolerations = [...gpuTolerations(spec), ...spec.deploy.tolerations];
  return {
    ...(priorityClass ? { priorityClassName: priorityClass } : {}),
    ...(Object.keys(nodeSelector).length > 0 ? { nodeSelector } : {}),
    ...(tolerations.length > 0 ? { tolerations } : {}),
    ...gpuPodFields(spec),
  };
}

/** What rolls the pods when it changes, though the rest of the template stays. */
function podAnnotations(spec: ServiceSpec, request: RenderRequest): Record<string, string> {
  return {
    ...spec.deploy.pod.annotations,
    [CONFIG_HASH_ANNOTATION]: configHash(environmentVariables(spec)),
    ...(request.imageId ? { [IMAGE_ID_ANNOTATION]: request.imageId } : {}),
    ...(request.modelSha ? { [MODEL_ANNOTATION]: request.modelSha } : {}),
  };
}

function renderContainer(spec: ServiceSpec, request: RenderRequest): object {
  const { secrets } = spec.deploy;
  return {
    name: CONTAINER_NAME,
    image: request.image,
    imagePullPolicy: 'IfNotPresent',
    ports: [{ name: PORT_NAME, containerPort: spec.serve.port, protocol: 'TCP' }],
    envFrom: [{ configMapRef: { name: spec.names.label } }],
    ...(secrets.length > 0
      ? { env: secrets.map(({ env, secret, key }) => ({ name: env, valueFrom: { secretKeyRef: { name: secret, key } } })) }
      : {}),
    resources: resourcesOf(spec),
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      privileged: false,
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    ...probesFor(spec.model.loadBudgetSeconds),
    lifecycle: { preStop: { sleep: { seconds: DRAIN_SECONDS } } },
    volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }, ...modelVolumeMounts(spec)],
  };
}

/** Memory is limited to what is requested: a pod that needs more dies on every node, not only on a full one. */
function resourcesOf(spec: ServiceSpec): Resources {
  const { cpu, memory, ephemeralStorage, cpuLimit } = spec.deploy.resources;
  const gpus = gpuAmount(spec);
  return {
    requests: { cpu, memory, 'ephemeral-storage': ephemeralStorage, ...gpus },
    limits: { ...(cpuLimit ? { cpu: cpuLimit } : {}), memory, 'ephemeral-storage': ephemeralStorage, ...gpus },
    ...gpuClaims(spec),
  };
}

function spread(spec: ServiceSpec, topologyKey: string): object {
  return {
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels: selectorLabels(spec) },
  };
}
