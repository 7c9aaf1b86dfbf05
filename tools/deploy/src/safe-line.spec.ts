import { expect, test } from 'vitest';
import { safeLine } from './safe-line.ts';

test.each([
  ['\x1b[31mred\x1b[0m and \x1b]0;title\x07plain', 'red and plain'],
  ['\x1b[2J\x1b[Hcleared', 'cleared'],
  [' 10%|█ \r 20%|██', ' 10%|█   20%|██'],
  ['a\ttab', 'a tab'],
  ['reversed \u202eshow', 'reversed  show'],
])('a terminal is told nothing by %j', (line, shown) => {
  expect(safeLine(line)).toBe(shown);
});

test.each([
  ['could not connect to postgresql://svc:s3cr3t@db:5432/features', 'could not connect to postgresql://svc:***@db:5432/features'],
  ['GET /v1 authorization: Bearer eyJhbGciOi.J9', 'GET /v1 authorization: Bearer ***'],
  ["environ({'AWS_SECRET_ACCESS_KEY': 'wJalr', 'HOME': '/tmp'})", "environ({'AWS_SECRET_ACCESS_KEY': '***', 'HOME': '/tmp'})"],
  ['DB_PASSWORD=hunter2 LOG_LEVEL=INFO', 'DB_PASSWORD=*** LOG_LEVEL=INFO'],
  ['{"api_key":"abc","row":1}', '{"api_key":"***","row":1}'],
])('a secret in %j is masked', (line, shown) => {
  expect(safeLine(line)).toBe(shown);
});

test.each([
  'secret "churn-secrets" not found',
  "couldn't find key DB_PASSWORD in Secret ml/churn-secrets",
  'Failed to pull image "churn:2": not found',
  'http://10.0.0.7:8080/health answers 503',
  '  File "/app/src/model.py", line 12, in load',
])('%j stays as it is', (line) => {
  expect(safeLine(line)).toBe(line);
});
