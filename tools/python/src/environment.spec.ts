import { expect, test } from 'vitest';
import { noPython } from './environment.ts';

const SERVICE = { name: 'churn', directory: '/w/services/churn', python: '3.13' };

test('a Python that is neither there nor to be had is told as that, with what uv said', () => {
  const output =
    'error: Request failed after 3 retries\n  cause: Failed to download `https://example.com/python-build-standalone/cpython-3.13`\n';
  expect(noPython(SERVICE, output)).toEqual({
    code: 'no-python',
    where: 'churn',
    what: 'there is no Python 3.13 on this machine, and none could be downloaded',
    remedy:
      'install Python 3.13, so that "python3.13" is on PATH, or let uv fetch it from where your network allows (UV_PYTHON_INSTALL_MIRROR)',
    details: output.trim().split('\n'),
  });
  expect(noPython(SERVICE, 'error: No interpreter found for Python 3.13 in managed installations or search path')?.code).toBe('no-python');
});

test('an environment that cannot be made for another reason is not blamed on the interpreter', () => {
  expect(noPython(SERVICE, 'error: failed to create directory `.venv`: No space left on device')).toBeUndefined();
});
