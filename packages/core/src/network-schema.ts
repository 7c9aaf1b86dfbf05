import { Type } from 'typebox';
import { AnnotationMap, closed, Enabled, HostName, LabelMap, NamespaceName, ObjectName, UrlPath } from './schema-parts.ts';

const Peer = Type.Object(
  {
    namespace: Type.Optional(NamespaceName('namespace of the callers; left out together with namespaceLabels, the own one')),
    namespaceLabels: Type.Optional(LabelMap('labels of the namespaces of the callers')),
    podLabels: Type.Optional(LabelMap('labels of the calling pods')),
    cidr: Type.Optional(
      Type.String({
        pattern: '^[0-9a-fA-F.:]+/[0-9]{1,3}$',
        description: 'addresses outside the cluster, for example "10.0.0.0/8"; alone in its entry',
      }),
    ),
  },
  { ...closed, description: 'who may call' },
);

/** Who reaches the port of the pods. */
export const Network = Type.Object(
  {
    enabled: Enabled(),
    from: Type.Optional(Type.Array(Peer, { minItems: 1, description: 'who may call the port; left out, anyone' })),
  },
  { ...closed, description: 'NetworkPolicy: nothing but the port of the service can be reached' },
);

/** How requests come in through the Gateway API. */
export const Route = Type.Object(
  {
    enabled: Enabled(),
    gateway: Type.Optional(ObjectName('name of the Gateway; needed')),
    gatewayNamespace: Type.Optional(NamespaceName('namespace of the Gateway; left out, the own one')),
    listener: Type.Optional(ObjectName('listener of the Gateway (its sectionName); left out, all that fit')),
    host: Type.Optional(HostName('host name; left out, those of the listener')),
    path: Type.Optional(UrlPath('path before the paths of the service; it is taken off ("/")')),
  },
  { ...closed, description: 'HTTPRoute of the Gateway API' },
);

/** How requests come in through an Ingress controller. */
export const Ingress = Type.Object(
  {
    enabled: Enabled(),
    host: Type.Optional(HostName('host name; needed')),
    path: Type.Optional(UrlPath('path below which requests go to the service ("/"); taking it off is up to annotations of the class')),
    className: Type.Optional(ObjectName('IngressClass; left out, the default one of the cluster')),
    tlsSecret: Type.Optional(ObjectName('Secret with the certificate of the host')),
    annotations: Type.Optional(AnnotationMap('annotations that the class reads')),
  },
  { ...closed, description: 'Ingress' },
);

/** Who reads /metrics. */
export const Monitoring = Type.Object(
  {
    enabled: Enabled(),
    intervalSeconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 3600, description: 'seconds between two looks (30)' })),
    labels: Type.Optional(LabelMap('labels by which Prometheus finds the ServiceMonitor, for example release: kube-prometheus-stack')),
  },
  { ...closed, description: 'ServiceMonitor of the Prometheus operator, where the cluster has that kind' },
);
