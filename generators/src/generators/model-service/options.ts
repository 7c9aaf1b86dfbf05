// Made by "npm run generate" from the schema.json of nx g model-service; do not edit.

/** The options of the model-service generator, those of `nx g model-service`. */
export const OPTIONS = [
  {
    name: 'directory',
    type: 'string',
    description: 'folder of the service, relative to the workspace; left out, services/<name>',
  },
  {
    name: 'owner',
    type: 'string',
    description: 'team that answers for the service',
  },
  {
    name: 'python',
    type: 'string',
    description: 'Python of training and serving (3.11, 3.12, 3.13, 3.14)',
  },
  {
    name: 'framework',
    type: 'string',
    description: 'library that trains and scores the model (sklearn, xgboost, lightgbm, onnx, torch, tensorflow, custom)',
  },
  {
    name: 'accelerator',
    type: 'string',
    description: 'what the image is built for (cpu, cuda)',
  },
  {
    name: 'frameworkVersion',
    type: 'string',
    description: 'with cuda: version of the framework, for example 2.13; left out, the newest that fits',
  },
  {
    name: 'cuda',
    type: 'string',
    description: 'with cuda: CUDA that the framework is built with, for example 12.6; left out, what PyPI serves',
  },
  {
    name: 'gpuBase',
    type: 'string',
    description: 'with cuda: what the image starts from; the runtime image holds a second CUDA that no wheel uses (python, cuda-runtime)',
  },
  {
    name: 'acceptUnknown',
    type: 'boolean',
    description: 'takes a version that is newer than the CUDA matrix, on your word',
  },
  {
    name: 'minDriver',
    type: 'string',
    description: 'with --acceptUnknown: minimum NVIDIA driver of a CUDA that the matrix does not know',
  },
  {
    name: 'lessonGpu',
    type: 'boolean',
    description: "the lesson's GPU pair exactly: torch 2.0.1+cu118, Python 3.11, nvidia/cuda:11.8.0-cudnn8-runtime-ubuntu22.04",
  },
  {
    name: 'port',
    type: 'number',
    description: 'port of the container',
  },
  {
    name: 'gpus',
    type: 'number',
    description: 'whole GPUs (nvidia.com/gpu) for each pod; left out, 1 with --accelerator=cuda and else 0',
  },
  {
    name: 'lesson',
    type: 'boolean',
    description: "the eight packages that the lesson pins, exactly (Python 3.11, sklearn), instead of today's",
  },
  {
    name: 'tracking',
    type: 'string',
    description: 'log each training to MLflow, at MLFLOW_TRACKING_URI (none, mlflow)',
  },
  {
    name: 'data',
    type: 'string',
    description: 'your own training table: a CSV with a header line',
  },
  {
    name: 'target',
    type: 'string',
    description: 'column of that table to predict',
  },
  {
    name: 'task',
    type: 'string',
    description: 'what the target is; left out, its values tell: up to ten whole numbers are classes (classification, regression)',
  },
  {
    name: 'exclude',
    type: 'array',
    description: 'column of that table to leave out: an identifier, a date, free text; may be repeated',
  },
] as const;
