import { expect, test } from 'vitest';
import { indexArguments, withIndexLines } from './index-lines.ts';

const SOURCE = '# why\n--extra-index-url https://download.pytorch.org/whl/cu118\n\ntorch==2.0.1+cu118\n';

test('a lock carries the index that its source names, once, however often it is made', () => {
  const once = withIndexLines('# made by uv\ntorch==2.0.1+cu118\n', SOURCE);
  expect(once).toBe('--extra-index-url https://download.pytorch.org/whl/cu118\n# made by uv\ntorch==2.0.1+cu118\n');
  expect(withIndexLines(once, SOURCE)).toBe(once);
});

test('without an index in the source, the lock and the arguments stay as they are', () => {
  expect(withIndexLines('torch==2.15.0\n', 'torch\n')).toBe('torch==2.15.0\n');
  expect([indexArguments('torch\n'), indexArguments(SOURCE)]).toEqual([[], ['--index-strategy', 'unsafe-best-match']]);
});
