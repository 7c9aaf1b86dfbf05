/** What rendering needs beside the spec. */
export interface RenderRequest {
  readonly namespace: string;
  readonly environment: string;
  /** Image reference as the cluster pulls it. */
  readonly image: string;
  /** sha256 of the image's configuration. */
  readonly imageId?: string;
  /** Git commit that the image was built from. */
  readonly commit?: string;
  /** sha256 of the model file, from model.lock.json. */
  readonly modelSha?: string;
}
