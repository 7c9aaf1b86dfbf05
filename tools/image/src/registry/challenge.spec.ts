import { expect, test } from 'vitest';
import type { Answer } from './ask.ts';
import { authorize } from './authorize.ts';
import { parseChallenge } from './challenge.ts';

test('what a registry asks for is read from its header', () => {
  expect(parseChallenge('Bearer realm="https://auth.example/token",service="r",scope="repository:a/b:pull,push"')).toEqual({
    scheme: 'bearer',
    realm: 'https://auth.example/token',
    service: 'r',
    scope: 'repository:a/b:pull,push',
  });
  expect([
    parseChallenge('basic realm="x"'),
    parseChallenge('Bearer service="r"'),
    parseChallenge('Negotiate'),
    parseChallenge(undefined),
  ]).toEqual([{ scheme: 'basic' }, undefined, undefined, undefined]);
});

test('a password goes to no address without TLS', async () => {
  const sent: string[] = [];
  const send = async (address: string): Promise<Answer> => {
    sent.push(address);
    return { status: 200, headers: {}, body: Buffer.from('{"token":"t"}') };
  };
  const credentials = { kind: 'password', username: 'u', password: 'p' } as const;
  const challenge = (realm: string) => ({ scheme: 'bearer', realm }) as const;
  expect(await authorize(challenge('http://auth.example/token'), credentials, 's', send)).toBeUndefined();
  expect(await authorize(challenge('https://auth.example/token?a=b'), credentials, 'repository:x:pull', send)).toBe('Bearer t');
  expect(sent).toEqual(['https://auth.example/token?a=b&scope=repository%3Ax%3Apull']);
});
