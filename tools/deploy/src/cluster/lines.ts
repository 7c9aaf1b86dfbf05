/** The lines of a body as they arrive; empty ones are left out, and so is a last one without its end, unless it counts as whole. */
export async function* linesOf(body: AsyncIterable<unknown>, isRestWhole = false): AsyncGenerator<string> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of body) {
    const parts = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) if (part !== '') yield part;
  }
  if (isRestWhole && rest !== '') yield rest;
}
