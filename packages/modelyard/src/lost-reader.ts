/** Whoever reads the output may go before it ends ("| head"): writing to nobody is no fault, and the action is told of it. */
export function onLostReader(action: () => void): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      action();
    });
  }
}
