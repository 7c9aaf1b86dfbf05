export { type PinnedBase, pinBase } from './base-image.ts';
export { type BuildRequest, buildArguments, buildImage, revisionLabels } from './build.ts';
export { type BuildInputs, type BuildSecret, buildSecrets, PIP_SECRET_ID, UV_SECRET_ID } from './build-secrets.ts';
export { type CommandOutcome, type LineLog, runCommand, type StreamOutcome, streamCommand } from './command.ts';
export { type ContainerRequest, runArguments, runContainer } from './container.ts';
export { type DockerEngine, expectDocker, findEngine, runDocker, streamDocker } from './engine.ts';
export { proxyOfEnv } from './env-proxy.ts';
export type { Environment } from './environment.ts';
export { type GitState, gitState } from './git-state.ts';
export { type ImageRecord, readImageRecord, writeImageRecord } from './image-record.ts';
export { imageRef, imageTag } from './image-ref.ts';
export { pushRecordedImage } from './push.ts';
export {
  digestOf,
  type ImageReference,
  imageResolver,
  parseReference,
  pinnedRef,
  type ResolvedImage,
  resolveImage,
} from './registry/index.ts';
export { type ImageDetails, inspectImage, pushImage, saveImage } from './store.ts';
