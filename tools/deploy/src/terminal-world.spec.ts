import { afterEach, expect, test, vi } from 'vitest';
import { withManyWorld } from './terminal-world.ts';

afterEach(() => void vi.useRealTimers());

test('a question about several services is asked once, and no table is drawn over it', async () => {
  vi.useFakeTimers();
  const shown: string[] = [];
  const screen = {
    room: () => ({ columns: 80, rows: 24 }),
    write: (text: string) => void shown.push(text),
    onResize: () => () => undefined,
  };
  const drawnMeanwhile: string[][] = [];
  const ask = async (question: string) => {
    const before = shown.length;
    await vi.advanceTimersByTimeAsync(5_000);
    drawnMeanwhile.push(shown.slice(before));
    return question;
  };
  const terminal = { env: {}, output: 'text' as const, colours: false, screen, print: () => undefined, ask };
  const answers = await withManyWorld(terminal, ['churn', 'fraud'], (world) => Promise.all([world.ask?.('name?'), world.ask?.('name?')]));
  expect(answers).toEqual(['name?', 'name?']);
  expect(drawnMeanwhile).toEqual([[]]);
});
