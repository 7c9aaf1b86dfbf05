import { expect, test } from 'vitest';
import { openGate } from './gate.ts';

test('so many are inside at once, and the others come in their turn', async () => {
  const gate = openGate(2);
  const order: number[] = [];
  const visit = async (number: number): Promise<void> => {
    const leave = await gate.enter();
    order.push(number);
    await Promise.resolve();
    leave();
  };
  const first = await gate.enter();
  const second = await gate.enter();
  const visits = [1, 2, 3].map(visit);
  await Promise.resolve();
  expect(order).toEqual([]);
  first();
  await Promise.all(visits);
  expect(order).toEqual([1, 2, 3]);
  second();
});

test('who gives up takes no turn from the others', async () => {
  const gate = openGate(1);
  const leave = await gate.enter();
  const stop = new AbortController();
  const given = gate.enter(stop.signal);
  const next = gate.enter(AbortSignal.timeout(10_000));
  stop.abort();
  await expect(given).rejects.toThrow('aborted');
  leave();
  (await next)();
  await expect(gate.enter()).resolves.toBeTypeOf('function');
});
