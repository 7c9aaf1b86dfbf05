/** Tells of output that could not be written: whoever reads it went away ("| head", EPIPE), or what takes it is full. */
export function onLostOutput(action: (error: NodeJS.ErrnoException) => void): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', action);
}
