import type { Problem } from '@modelyard/core';

const INSTALL = 'Debian or Ubuntu "apt-get install docker.io", macOS and Windows Docker Desktop';

/** No docker command to talk to an engine with. */
export function noDockerCli(): Problem {
  return {
    code: 'no-docker-cli',
    where: 'docker',
    what: 'no docker command on PATH; images are built with it',
    remedy: `install it with an engine: ${INSTALL}`,
  };
}

/** A docker command, and no engine that answers it. */
export function noDockerEngine(host: string, complaint: string): Problem {
  return {
    code: 'no-docker-engine',
    where: host,
    what: `no Docker engine answers; docker said "${complaint}"`,
    remedy: /permission denied/i.test(complaint)
      ? 'let your user reach it: "sudo usermod -aG docker $USER", then log in again'
      : `start one, or get one: ${INSTALL}; for an engine elsewhere set DOCKER_HOST or run "docker context use <name>"`,
  };
}

/** An engine that answers, but only to commands that cannot build with BuildKit. */
export function noBuildKit(commands: readonly { readonly cli: string; readonly version: string }[]): Problem {
  return {
    code: 'no-buildkit',
    where: commands.map(({ cli, version }) => `${cli} ${version}`).join(', '),
    what: 'this docker command has no buildx plugin, and so cannot build with BuildKit, which secret mounts need',
    remedy: 'install the plugin: Debian or Ubuntu "apt-get install docker-buildx-plugin" or "docker-buildx"; Docker Desktop brings it',
  };
}
