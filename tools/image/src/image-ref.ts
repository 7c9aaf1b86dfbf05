/** Digits of a commit in a tag: enough to be unique in any repository, short enough to read. */
const COMMIT_DIGITS = 12;
const ID_DIGITS = 8;

/** First digits of an image id, without its "sha256:". */
export const shortImageId = (id: string, digits = ID_DIGITS): string => id.replace(/^sha256:/, '').slice(0, digits);

/** The tag that traces an image: its commit; with uncommitted changes its content as well; without git its content alone. */
export function imageTag(commit: string | null, dirty: boolean, id: string): string {
  if (commit === null) return `nogit-${shortImageId(id)}`;
  const short = commit.slice(0, COMMIT_DIGITS);
  return dirty ? `${short}-dirty.${shortImageId(id)}` : short;
}

/** The full reference of an image: `<registry>/<name>:<tag>`, or `<name>:<tag>` without a registry. */
export function imageRef(registry: string | undefined, name: string, commit: string | null, dirty: boolean, id: string): string {
  const prefix = registry === undefined || registry === '' ? '' : `${registry.replace(/\/+$/, '')}/`;
  return `${prefix}${name}:${imageTag(commit, dirty, id)}`;
}
