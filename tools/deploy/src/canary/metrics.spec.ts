import { expect, test } from 'vitest';
import { answeredBetween, judgeErrors, parseAnswered } from './metrics.ts';

const TEXT = `# HELP http_requests_total Requests answered
# TYPE http_requests_total counter
http_requests_total{method="POST",path="/predict",status="200"} 90.0
http_requests_total{method="POST",path="/predict",status="422"} 5.0
http_requests_total{method="POST",path="/predict",status="500"} 3.0
http_requests_total{status="503",method="POST",path="/predict"} 1e0
http_requests_total{method="GET",path="/health",status="503"} 40.0
http_requests_total{method="GET",path="/metrics",status="200"} 7.0
# TYPE http_requests_created gauge
http_requests_created{method="POST",path="/predict",status="500"} 1.7e+09
`;

test('requests are counted without probes and scrapes, and those that the service failed are its failures', () => {
  expect(parseAnswered(TEXT)).toEqual({ requests: 99, failed: 4 });
});

test('a service that was asked nothing yet has a counter all the same, and another program has none', () => {
  expect(parseAnswered('# TYPE http_requests_total counter\n')).toEqual({ requests: 0, failed: 0 });
  expect(parseAnswered('go_goroutines 7\n')).toBeUndefined();
});

test('only what was answered between the two looks counts, of every pod', () => {
  const before = new Map([['a', { requests: 100, failed: 50 }]]);
  const after = new Map([
    ['a', { requests: 130, failed: 51 }],
    ['b', { requests: 10, failed: 2 }],
  ]);
  expect(answeredBetween(before, after)).toEqual({ requests: 40, failed: 3 });
});

test('a pod that began to count anew takes nothing away from the others', () => {
  const before = new Map([['a', { requests: 100, failed: 50 }]]);
  expect(answeredBetween(before, new Map([['a', { requests: 3, failed: 0 }]]))).toEqual({ requests: 0, failed: 0 });
});

test('the verdict follows the rate; one failure alone is borne, unless none is', () => {
  const verdict = (requests: number, failed: number, rate = 0.01) => judgeErrors({ requests, failed }, rate).verdict;
  expect(verdict(1000, 10)).toBe('good');
  expect(verdict(1000, 11)).toBe('bad');
  expect(verdict(30, 1)).toBe('good');
  expect(verdict(30, 2)).toBe('bad');
  expect(verdict(19, 0)).toBe('too-few');
  expect(verdict(5, 5)).toBe('bad');
  expect(verdict(0, 0)).toBe('too-few');
  expect(verdict(1000, 1, 0)).toBe('bad');
  expect(verdict(1000, 1000, 1)).toBe('good');
});
