import { parseQuantity } from '@modelyard/core';
import { equalJson } from '../kube/index.ts';
import type { Rendered } from './rendered.ts';

/** A rule for what a service renders to. */
export interface ObjectRule {
  /** The rule's own name, after the tool that has it. */
  readonly name: string;
  readonly holds: (rendered: Rendered) => boolean;
}

const rule = (name: string, holds: ObjectRule['holds']): ObjectRule => ({ name, holds });
const LEAST_ID = 10_000;
const RESTRICTED_VOLUMES = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
];

const selects = (selector: Readonly<Record<string, string>> | undefined, { podLabels }: Rendered): boolean =>
  selector !== undefined && Object.entries(selector).every(([key, value]) => podLabels[key] === value);
const isSet = (...values: readonly (string | undefined)[]): boolean => values.every((value) => (parseQuantity(value) ?? 0) > 0);
const isScaled = ({ specOf }: Rendered): boolean => specOf('HorizontalPodAutoscaler') !== undefined;
const probesOf = ({ container }: Rendered) => [container.startupProbe, container.readinessProbe, container.livenessProbe];

/** What Pod Security "restricted" asks of pods, and the linters of it. */
const POD_RULES: readonly ObjectRule[] = [
  rule(
    'restricted: runAsNonRoot; kube-linter run-as-non-root; trivy KSV012',
    ({ pod, container }) => pod.securityContext.runAsNonRoot === true && container.securityContext.runAsNonRoot === true,
  ),
  rule(
    'trivy KSV020, KSV021; kube-score container-security-context-user-group-id',
    ({ pod }) => Number(pod.securityContext.runAsUser) >= LEAST_ID && Number(pod.securityContext.runAsGroup) >= LEAST_ID,
  ),
  rule('restricted: seccompProfile; trivy KSV030', ({ pod, container }) =>
    [pod, container].every((one) => equalJson(one.securityContext.seccompProfile, { type: 'RuntimeDefault' })),
  ),
  rule(
    'restricted: allowPrivilegeEscalation; trivy KSV001; kube-linter privilege-escalation-container',
    ({ container }) => container.securityContext.allowPrivilegeEscalation === false,
  ),
  rule(
    'restricted: capabilities; trivy KSV003, KSV106; kube-linter drop-net-raw-capability; polaris insecureCapabilities',
    ({ container }) => equalJson(container.securityContext.capabilities, { drop: ['ALL'] }),
  ),
  rule(
    'restricted: privileged; trivy KSV017; kube-linter privileged-container',
    ({ container }) => container.securityContext.privileged === false,
  ),
  rule('restricted: volume types; kube-linter sensitive-host-mounts, writable-host-mount', ({ pod }) =>
    pod.volumes.every((volume) => Object.keys(volume).every((key) => key === 'name' || RESTRICTED_VOLUMES.includes(key))),
  ),
  rule(
    'restricted: host namespaces and ports; polaris hostIPCSet, hostPIDSet, hostNetworkSet',
    ({ pod, container }) =>
      !Object.keys(pod).some((key) => key.startsWith('host')) && container.ports.every((port) => port.hostPort === undefined),
  ),
  rule('kube-linter no-read-only-root-fs; trivy KSV014', ({ container }) => container.securityContext.readOnlyRootFilesystem === true),
  rule('kube-linter privileged-ports', ({ container }) => container.ports.every((port) => port.containerPort >= 1024)),
  rule(
    'polaris automountServiceAccountToken; trivy KSV036; no addresses of other services in the environment',
    ({ pod }) => pod.automountServiceAccountToken === false && pod.enableServiceLinks === false,
  ),
  rule('kube-linter default-service-account, non-existent-service-account', ({ pod, objects }) =>
    objects.some((object) => object.kind === 'ServiceAccount' && object.metadata.name === pod.serviceAccountName),
  ),
  rule('kube-linter unset-cpu-requirements, unset-memory-requirements; trivy KSV015, KSV016, KSV018', ({ container: { resources } }) =>
    isSet(resources.requests.cpu, resources.requests.memory, resources.limits.memory),
  ),
  rule(
    'kube-score container-resource-requests-equal-limits, for memory',
    ({ container: { resources } }) => resources.requests.memory === resources.limits.memory,
  ),
  rule('kube-score container-ephemeral-storage-request-and-limit', ({ container: { resources } }) =>
    isSet(resources.requests['ephemeral-storage'], resources.limits['ephemeral-storage']),
  ),
  rule('kube-linter no-readiness-probe, no-liveness-probe, startup-port, readiness-port, liveness-port', (rendered) =>
    probesOf(rendered).every((probe) => rendered.container.ports.some((port) => port.name === probe.httpGet.port)),
  ),
  rule(
    'kube-score pod-probes-identical',
    ({ container }) => container.readinessProbe.httpGet.path !== container.livenessProbe.httpGet.path,
  ),
  rule(
    'kube-linter duplicate-env-var; kube-score environment-variable-key-duplication',
    ({ container }) => new Set(container.env?.map((one) => one.name)).size === (container.env ?? []).length,
  ),
  rule('kube-linter no-anti-affinity; kube-score pod-topology-spread-constraints; polaris topologySpreadConstraint', ({ pod }) =>
    pod.topologySpreadConstraints.some((one) => one.topologyKey === 'kubernetes.io/hostname'),
  ),
  rule('kube-linter env-var-secret: the environment of a container holds references only', ({ container }) =>
    (container.env ?? []).every((one) => !('value' in one)),
  ),
];

/** What the objects around the pods must be to each other. */
const OBJECT_RULES: readonly ObjectRule[] = [
  rule('kube-linter mismatching-selector', (all) => selects(all.specOf('Deployment').selector.matchLabels, all)),
  rule('kube-linter dangling-service; kube-score service-targets-pod', (all) => selects(all.specOf('Service').selector, all)),
  rule('kube-linter exposed-services; kube-score service-type', ({ specOf }) => specOf('Service').type === 'ClusterIP'),
  rule('kube-linter no-rolling-update-strategy', ({ specOf }) => specOf('Deployment').strategy.type === 'RollingUpdate'),
  rule(
    'kube-linter non-isolated-pod, dangling-networkpolicy; kube-score pod-networkpolicy',
    (all) => all.spec.deploy.network === undefined || selects(all.specOf('NetworkPolicy').podSelector.matchLabels, all),
  ),
  rule(
    'kube-linter dangling-horizontalpodautoscaler; kube-score horizontalpodautoscaler-has-target',
    (all) =>
      !isScaled(all) ||
      equalJson(all.specOf('HorizontalPodAutoscaler').scaleTargetRef, {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        name: all.spec.names.label,
      }),
  ),
  rule(
    'kube-score deployment-targeted-by-hpa-does-not-have-replicas-configured',
    (all) => !isScaled(all) || all.specOf('Deployment').replicas === undefined,
  ),
  rule(
    'kube-score deployment-has-poddisruptionbudget; polaris missingPodDisruptionBudget',
    ({ spec: { deploy }, specOf }) => (deploy.replicas > 1 && deploy.disruption.enabled) === (specOf('PodDisruptionBudget') !== undefined),
  ),
  rule('kube-linter pdb-max-unavailable, pdb-min-available; polaris pdbMinAvailableGreaterThanHPAMinReplicas', ({ spec, specOf }) => {
    const { minAvailable = 0, maxUnavailable = 1 } = specOf('PodDisruptionBudget') ?? {};
    return (specOf('PodDisruptionBudget') === undefined || minAvailable < spec.deploy.replicas) && ![0, '0%'].includes(maxUnavailable);
  }),
  rule('kube-linter pdb-unhealthy-pod-eviction-policy', ({ specOf }) =>
    ['AlwaysAllow', undefined].includes(specOf('PodDisruptionBudget')?.unhealthyPodEvictionPolicy),
  ),
  rule('kube-linter dangling-ingress; kube-score ingress-targets-service', ({ spec, specOf }) =>
    [undefined, spec.names.label].includes(specOf('Ingress')?.rules[0].http.paths[0].backend.service.name),
  ),
  rule('kube-linter dangling-servicemonitor', ({ objects, specOf }) => {
    const labels = objects.find((object) => object.kind === 'Service')?.metadata.labels ?? {};
    return Object.entries(specOf('ServiceMonitor')?.selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
  }),
  rule('kube-linter use-namespace; trivy KSV110', ({ objects }) => objects.every((object) => object.metadata.namespace === 'ml')),
  rule('kube-score stable-version; kube-linter no-extensions-v1beta', ({ objects }) =>
    objects.every((object) => /(^|\/)v[0-9]+$/.test(object.apiVersion)),
  ),
  rule('polaris metadataAndInstanceMismatched; kube-linter required-label-owner', ({ spec, objects }) =>
    objects.every(
      ({ metadata }) =>
        metadata.labels?.['app.kubernetes.io/instance'] === spec.names.label &&
        metadata.annotations?.['modelyard.dev/owner'] === spec.owner,
    ),
  ),
  rule('kube-score label-values', ({ objects }) =>
    objects.every(({ metadata }) =>
      Object.values(metadata.labels ?? {}).every((value) => /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/.test(value)),
    ),
  ),
  rule('one rollout at a time makes progress: not both limits are 0', ({ specOf }) => {
    const { maxSurge, maxUnavailable } = specOf('Deployment').strategy.rollingUpdate;
    return ![maxSurge, maxUnavailable].every((limit) => limit === 0 || limit === '0%');
  }),
];

/** Every rule that all services keep. */
export const RULES: readonly ObjectRule[] = [...POD_RULES, ...OBJECT_RULES];

/** Rules of the same tools that are not kept, and why. */
export const WAIVERS: readonly { readonly name: string; readonly because: string }[] = [
  {
    name: 'kube-linter minimum-three-replicas, hpa-minimum-three-replicas; kube-score horizontalpodautoscaler-replicas; polaris deploymentMissingReplicas, hpaMinAvailability',
    because: 'one replica is right for a model that few ask; who needs more says so, and gets a disruption budget with it',
  },
  {
    name: 'kube-linter latest-tag; kube-score container-image-tag',
    because: 'the image is no part of the spec; a deploy resolves it to a digest, and protected environments refuse a tag alone',
  },
  {
    name: 'kube-score container-image-pull-policy',
    because: 'an image that is named by its digest is the same wherever it is pulled, and Always makes each start depend on the registry',
  },
  {
    name: 'trivy KSV011; kube-score container-resources, CPU limit; kube-score container-cpu-requests-equal-limits',
    because: 'idle cores make loading and scoring faster, and take nothing from others; cpuLimit sets a limit where one is wanted',
  },
  {
    name: 'kube-linter read-secret-from-env-var',
    because: 'libraries read credentials from variables; the spec holds references, never contents',
  },
  {
    name: 'polaris sensitiveConfigmapContent; trivy KSV01010',
    because: 'deploy.env is for plain values and its description says so; a guess by the name of a variable would refuse TOKEN_LIMIT',
  },
  { name: 'kube-linter dangling-networkpolicypeer-podselector', because: 'callers are deployed by others' },
  { name: 'polaris priorityClassNotSet', because: 'classes are made per cluster; deploy.priorityClass names one' },
  { name: 'polaris tlsSettingsMissing', because: 'TLS often ends before the Ingress; ingress.tlsSecret turns it on' },
  {
    name: 'kube-score pod-networkpolicy, egress',
    because: 'what a model asks (features, artefact stores, DNS) differs by service, and a wrong guess is a service that never gets ready',
  },
  {
    name: 'kube-linter non-isolated-pod, where network.enabled is false',
    because: 'it is said in the spec, by who knows of another policy',
  },
];
