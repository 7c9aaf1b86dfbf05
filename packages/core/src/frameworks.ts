// Made by "npm run generate" from the framework.json files of the model-service pack; do not edit.

/** What Modelyard knows of each framework beside its folder in the pack, the default first. */
export const FRAMEWORK_FACTS = {
  sklearn: {
    modelSuffix: '.pkl',
    batchRows: 64,
    systemPackages: [],
    modelPackages: ['scikit-learn', 'numpy', 'joblib'],
  },
  xgboost: {
    modelSuffix: '.ubj',
    batchRows: 64,
    systemPackages: [],
    modelPackages: ['xgboost', 'xgboost-cpu', 'numpy'],
  },
  lightgbm: {
    modelSuffix: '.json',
    batchRows: 64,
    systemPackages: ['libgomp1'],
    modelPackages: ['lightgbm', 'numpy'],
  },
  onnx: {
    modelSuffix: '.onnx',
    batchRows: 64,
    systemPackages: [],
    modelPackages: ['onnxruntime', 'onnxruntime-gpu', 'numpy'],
  },
  torch: {
    modelSuffix: '.safetensors',
    batchRows: 64,
    systemPackages: [],
    modelPackages: ['torch', 'numpy', 'safetensors'],
  },
  tensorflow: {
    modelSuffix: '.safetensors',
    batchRows: 64,
    systemPackages: [],
    modelPackages: ['tensorflow', 'tensorflow-cpu', 'numpy', 'safetensors'],
  },
  custom: {
    modelSuffix: '.bin',
    batchRows: 64,
    systemPackages: [],
    modelPackages: ['numpy'],
  },
} as const satisfies Record<string, FrameworkFacts>;

export interface FrameworkFacts {
  /** Suffix of the model file that training writes. */
  readonly modelSuffix: string;
  /** Rows of waiting requests that may share one call of the model; 1 where sharing does not win. */
  readonly batchRows: number;
  /** Debian packages that the image needs. */
  readonly systemPackages: readonly string[];
  /** Python packages that the model stands on, under every name that a lock has for them: they have a layer of the image. */
  readonly modelPackages: readonly string[];
}

export type Framework = keyof typeof FRAMEWORK_FACTS;
export const FRAMEWORKS = Object.keys(FRAMEWORK_FACTS) as readonly Framework[];
