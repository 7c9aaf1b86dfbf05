import { MODELYARD_VERSION } from '@modelyard/core';

export const VERSION = MODELYARD_VERSION;

/** What `create-modelyard --help` prints; the reference page is generated from it. */
export const HELP = `create-modelyard NAME [options]

Makes a workspace for machine-learning model services in the new folder NAME.
  npm create modelyard@latest acme-ml

  -y, --yes              take the defaults and ask nothing
      --registry PREFIX  prefix of image names, for example ghcr.io/acme
      --python-image REF base image; {version} becomes the Python version (python:{version}-slim)
      --packages DIR     use the packed packages (*.tgz) of a folder instead of the published ones
      --skip-install     do not run npm install
      --skip-git         do not make a git repository
      --dry-run          list the files and write nothing
  -h, --help             this text
      --version          the version

exit codes: 0 done, 1 a bug, 2 your input needs a change`;
