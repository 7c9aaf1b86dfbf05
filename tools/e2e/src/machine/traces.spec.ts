import { expect, test } from 'vitest';
import { removalsOf } from './traces.ts';

test('what Docker added to the packet filter is taken out again, and nothing else', () => {
  const saved = `*filter
:INPUT ACCEPT [0:0]
:DOCKER - [0:0]
:DOCKER-USER - [0:0]
:KUBE-FORWARD - [0:0]
-A FORWARD -j DOCKER-USER
-A FORWARD -i docker0 ! -o docker0 -j ACCEPT
-A FORWARD -j KUBE-FORWARD
COMMIT`;
  expect(removalsOf(saved).map((args) => args.join(' '))).toEqual([
    '-D FORWARD -j DOCKER-USER',
    '-D FORWARD -i docker0 ! -o docker0 -j ACCEPT',
    '-F DOCKER',
    '-X DOCKER',
    '-F DOCKER-USER',
    '-X DOCKER-USER',
  ]);
});
