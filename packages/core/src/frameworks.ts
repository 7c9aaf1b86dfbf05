// Made by "npm run generate" from the framework.json files of the model-service pack; do not edit.

/** What Modelyard knows of each framework beside its folder in the pack, the default first. */
export const FRAMEWORK_FACTS = {
  sklearn: {
    modelSuffix: '.pkl',
    batchRows: 64,
    systemPackages: [],
  },
  xgboost: {
    modelSuffix: '.ubj',
    batchRows: 64,
    systemPackages: [],
  },
  lightgbm: {
    modelSuffix: '.json',
    batchRows: 64,
    systemPackages: ['libgomp1'],
  },
  onnx: {
    modelSuffix: '.onnx',
    batchRows: 64,
    systemPackages: [],
  },
  torch: {
    modelSuffix: '.safetensors',
    batchRows: 64,
    systemPackages: [],
  },
  tensorflow: {
    modelSuffix: '.safetensors',
    batchRows: 64,
    systemPackages: [],
  },
  custom: {
    modelSuffix: '.bin',
    batchRows: 64,
    systemPackages: [],
  },
} as const satisfies Record<string, FrameworkFacts>;

export interface FrameworkFacts {
  /** Suffix of the model file that training writes. */
  readonly modelSuffix: string;
  /** Rows of waiting requests that may share one call of the model; 1 where sharing does not win. */
  readonly batchRows: number;
  /** Debian packages that the image needs. */
  readonly systemPackages: readonly string[];
}

export type Framework = keyof typeof FRAMEWORK_FACTS;
export const FRAMEWORKS = Object.keys(FRAMEWORK_FACTS) as readonly Framework[];
