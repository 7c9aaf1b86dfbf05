import { Type } from 'typebox';

// Every pattern here is read by two engines, JavaScript's and Go's (RE2, in the chart): no look-ahead.

/** A Kubernetes quantity (apimachinery `resource.Quantity`): 250m, 1, 512Mi. */
const QUANTITY = '^[0-9]+(\\.[0-9]+)?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$';
const ENV_NAME = '^[A-Za-z_][A-Za-z0-9_]*$';
const DNS_LABEL = '[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?';
const OBJECT_NAME = `^${DNS_LABEL}(\\.${DNS_LABEL})*$`;
const HOST_NAME = `^(\\*\\.)?${DNS_LABEL}(\\.${DNS_LABEL})*$`;
const URL_PATH = '^(/|(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+)$';
const META_KEY = `^(${DNS_LABEL}(\\.${DNS_LABEL})*/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$`;
const LABEL_VALUE = '^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$';
const NAMESPACE = `^${DNS_LABEL}$`;
const PERCENT = '^([1-9]?[0-9]|100)%$';

/** The server reads whole numbers into 32 bits, and what is larger comes out as another number. */
export const LARGEST = 2_147_483_647;

/** Unknown keys are errors. */
export const closed = { additionalProperties: false } as const;

/** A Kubernetes quantity. */
export const Quantity = (description: string) => Type.String({ pattern: QUANTITY, description });

/** The name of an environment variable. */
export const EnvName = (description: string) => Type.String({ pattern: ENV_NAME, description });

/** The name of an object of the cluster. */
export const ObjectName = (description: string) => Type.String({ pattern: OBJECT_NAME, maxLength: 253, description });

/** The name of a namespace: one label. */
export const NamespaceName = (description: string) => Type.String({ pattern: NAMESPACE, description });

/** The key of a label, an annotation or a taint. */
export const MetaKey = (description: string) => Type.String({ pattern: META_KEY, description });

/** The value of a label or a taint. */
export const LabelValue = (description: string) => Type.String({ pattern: LABEL_VALUE, description });

/** A host name; its first label may be `*`. */
export const HostName = (description: string) => Type.String({ pattern: HOST_NAME, maxLength: 253, description });

/** An absolute path without query. */
export const UrlPath = (description: string) => Type.String({ pattern: URL_PATH, maxLength: 1024, description });

/** A whole number, or a share such as "25%". */
export const CountOrPercent = (description: string, least = 0) =>
  Type.Unsafe<number | string>({ type: ['integer', 'string'], minimum: least, maximum: LARGEST, pattern: PERCENT, description });

/** Environment variables by name. */
export const EnvMap = (description: string) => Type.Record(Type.String({ pattern: ENV_NAME }), Type.String(), { ...closed, description });

/** Labels, and what selects by them. */
export const LabelMap = (description: string) =>
  Type.Record(Type.String({ pattern: META_KEY }), Type.String({ pattern: LABEL_VALUE }), { ...closed, description });

/** Annotations. */
export const AnnotationMap = (description: string) =>
  Type.Record(Type.String({ pattern: META_KEY }), Type.String(), { ...closed, description });

/** Whether a block counts; an environment switches off by it what `deploy` says. */
export const Enabled = () => Type.Optional(Type.Boolean({ description: 'false: as if the block was not there (true)' }));
