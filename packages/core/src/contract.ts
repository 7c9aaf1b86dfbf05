/** Facts that the template, the deploy tool and the chart must agree on. Each is stated here and nowhere else. */

/** The version that all packages of Modelyard share; a test compares it with each package.json. */
export const MODELYARD_VERSION = '0.1.0';

/** Readiness: 200 only while the model is loaded and served as trained, else 503 with a reason. */
export const HEALTH_PATH = '/health';
/** Liveness: 200 while the process answers at all. */
export const LIVE_PATH = '/livez';
export const PREDICT_PATH = '/predict';
/** Prometheus text format. */
export const METRICS_PATH = '/metrics';

export const DEFAULT_PORT = 8000;
/** The port of the Service object. */
export const SERVICE_PORT = 80;
/** Name of the port in pods and Services. */
export const PORT_NAME = 'http';

/** The user of every container: numeric, because Kubernetes' runAsNonRoot cannot verify names. */
export const RUN_AS_USER = 10001;

export const NVIDIA_GPU_RESOURCE = 'nvidia.com/gpu';
/** Device classes of NVIDIA's driver for Dynamic Resource Allocation. */
export const DEFAULT_DEVICE_CLASS = 'gpu.nvidia.com';
export const DEFAULT_MIG_DEVICE_CLASS = 'mig.nvidia.com';

/** Where the service's code lies in its image. */
export const APP_DIRECTORY = '/app';
/** Variable that tells the service where its model is; model.lock.json lies beside the model. */
export const MODEL_PATH_VARIABLE = 'MODEL_PATH';

/** The marker of a service; each folder that holds one is a project. */
export const SPEC_FILE = 'model-service.yaml';
/** At the root of every workspace. */
export const WORKSPACE_FILE = 'modelyard.yaml';
export const LOCK_FILE = '.modelyard/lock.json';
export const PACKS_DIRECTORY = '.modelyard/packs';
/** Written by training beside the model. */
export const MODEL_LOCK_FILE = 'model.lock.json';
/** Written by docker-build, read by deploy; relative to the service. */
export const IMAGE_RECORD_FILE = 'dist/image.json';

/** Field manager of server-side apply. */
export const FIELD_MANAGER = 'modelyard';
export const LABEL_NAME = 'app.kubernetes.io/name';
export const LABEL_INSTANCE = 'app.kubernetes.io/instance';
export const LABEL_MANAGED_BY = 'app.kubernetes.io/managed-by';
export const LABEL_PART_OF = 'app.kubernetes.io/part-of';
export const ANNOTATION_PREFIX = 'modelyard.dev';

/** The uv that locks services, installs their environments and builds their images. */
export const UV_VERSION = '0.13.9';

/** Python versions that a service may ask for. The tests run 3.11. */
export const PYTHON_VERSIONS = ['3.11', '3.12', '3.13', '3.14'] as const;
export type PythonVersion = (typeof PYTHON_VERSIONS)[number];

/** Where trainings may be logged to; `none` is the default. */
export const TRACKINGS = ['none', 'mlflow'] as const;
export type Tracking = (typeof TRACKINGS)[number];
