// Made by "npm run generate" from the framework.json files of the model-service pack; do not edit.

/** What Modelyard knows of each framework beside its folder in the pack, the default first. */
export const FRAMEWORK_FACTS = {
  sklearn: { modelSuffix: '.pkl', systemPackages: [] },
  xgboost: { modelSuffix: '.ubj', systemPackages: [] },
  lightgbm: { modelSuffix: '.json', systemPackages: ['libgomp1'] },
  onnx: { modelSuffix: '.onnx', systemPackages: [] },
  torch: { modelSuffix: '.safetensors', systemPackages: [] },
  tensorflow: { modelSuffix: '.safetensors', systemPackages: [] },
  custom: { modelSuffix: '.bin', systemPackages: [] },
} as const satisfies Record<string, FrameworkFacts>;

export interface FrameworkFacts {
  /** Suffix of the model file that training writes. */
  readonly modelSuffix: string;
  /** Debian packages that the image needs. */
  readonly systemPackages: readonly string[];
}

export type Framework = keyof typeof FRAMEWORK_FACTS;
export const FRAMEWORKS = Object.keys(FRAMEWORK_FACTS) as readonly Framework[];
