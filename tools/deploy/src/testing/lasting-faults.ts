import type { ExitName } from '@modelyard/core';
import type { Act } from './fault-proxy.ts';
import { answering, answeringText, resetBefore } from './faults.ts';

/** A fault that does not pass, and how a deploy that meets it before anything is applied has to end. */
export interface LastingFault {
  readonly name: string;
  readonly act: Act;
  readonly code: string;
  readonly exit: ExitName;
}

const failure = (reason: string, details: object = {}) => ({ status: { reason, details } });

const FORBIDDEN =
  'deployments.apps "churn" is forbidden: User "ci" cannot patch resource "deployments" in API group "apps" in the namespace "ml"';
const UNKNOWN_FIELD =
  'failed to create typed patch object (ml/churn; apps/v1, Kind=Deployment): .spec.colour: field not declared in schema';
const IMMUTABLE = 'Deployment.apps "churn" is invalid: spec.selector: Invalid value: {}: field is immutable';
const DENIED = 'admission webhook "images.example.com" denied the request: the image is not signed';
const FIELD_CONFLICT = 'Apply failed with 1 conflict: conflict with "kubectl": .spec.replicas';

/** What ends a deploy wherever it is met. */
export const REFUSALS: readonly LastingFault[] = [
  { name: 'a missing right', act: answering(403, FORBIDDEN, failure('Forbidden')), code: 'forbidden', exit: 'preflight' },
  { name: 'credentials that are not known', act: answering(401, 'Unauthorized'), code: 'unauthorized', exit: 'preflight' },
];

/** What ends a deploy after it was asked for about half a minute. */
export const OUTAGES: readonly LastingFault[] = [
  { name: 'a server that fails', act: answering(503, 'etcdserver: no leader'), code: 'api-server-error', exit: 'preflight' },
  { name: 'a connection that always breaks', act: resetBefore, code: 'no-cluster', exit: 'preflight' },
  { name: 'a login page', act: answeringText(200, '<html>Sign in</html>'), code: 'no-api-server', exit: 'preflight' },
  { name: 'a proxy without a server', act: answeringText(502, '<html>'), code: 'api-server-error', exit: 'preflight' },
];

/** What the server says of an object that it does not take; it is sent once. */
export const REJECTIONS: readonly LastingFault[] = [
  { name: 'an unknown field', act: answering(500, UNKNOWN_FIELD), code: 'refused', exit: 'apply' },
  {
    name: 'an immutable field',
    act: answering(422, IMMUTABLE, failure('Invalid')),
    code: 'immutable-field',
    exit: 'apply',
  },
  {
    name: 'a webhook that denies',
    act: answering(403, DENIED, failure('Forbidden')),
    code: 'admission-denied',
    exit: 'apply',
  },
  {
    name: 'a field of another manager',
    act: answering(409, FIELD_CONFLICT, {
      ...failure('Conflict', { causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "kubectl"', field: '.spec.replicas' }] }),
    }),
    code: 'field-conflict',
    exit: 'conflict',
  },
];
