import { type ExitName, type Problem, ProblemError } from '@modelyard/core';
import { safeText } from '../safe-line.ts';
import { type Attempt, isOurFault, isTlsError, RETRIED_STATUSES } from './retry.ts';
import { type ApiStatus, parseStatus } from './status.ts';

/** What a failed request was about, for its message. */
export interface Subject {
  /** `deployment/churn`, or a list: `pods`. */
  readonly object: string;
  readonly namespace?: string;
  readonly verb: string;
  readonly context: string;
  readonly server: string;
}

/** Says what a request to one server is about. */
export type About = (verb: string, object: string, namespace?: string) => Subject;

/** The error to throw for a request that failed: what the server said, in our words, with what to do next. */
export function requestError(attempt: Attempt, subject: Subject): ProblemError {
  if (!attempt.answered) return raise('preflight', unreachable(attempt.errorCode, subject));
  const status = parseStatus(attempt.text) ?? { kind: 'Status', message: attempt.text.slice(0, 500) };
  switch (attempt.status) {
    case 401:
      return raise('preflight', unauthorized(subject));
    case 403:
      return forbiddenError(status, subject);
    case 404:
      if (!parseStatus(attempt.text)) return raise('preflight', unknownKind(subject));
      return status.details?.kind === 'namespaces'
        ? raise('preflight', namespaceMissing(subject.namespace ?? status.details.name ?? '', subject.context))
        : raise('apply', refused(status, subject));
    case 409:
      return conflictError(status, subject);
    default:
      return RETRIED_STATUSES.has(attempt.status) && !isOurFault(attempt.text)
        ? ailingError(attempt.status, status, subject)
        : raise('apply', refused(status, subject));
  }
}

/** The environment's namespace is not there, and it was not asked to be created. */
export function namespaceMissing(namespace: string, context: string): Problem {
  return {
    code: 'namespace-missing',
    where: `ns/${namespace}`,
    what: `the namespace does not exist in context "${context}"`,
    remedy: `create it ("kubectl --context ${context} create namespace ${namespace}"), or set createNamespace: true in modelyard.yaml`,
  };
}

/** The namespace is on its way out. */
export function namespaceTerminating(namespace: string): Problem {
  return {
    code: 'namespace-terminating',
    where: `ns/${namespace}`,
    what: 'the namespace is being deleted, so nothing can be created in it',
    remedy: 'wait until it is gone, then deploy again; "kubectl get namespace -o yaml" names the finalizer that holds it',
  };
}

/** Where no kind is served, the answer is not the API's own. */
function unknownKind(subject: Subject): Problem {
  return {
    code: 'unknown-kind',
    where: `context "${subject.context}"`,
    what: `the API server does not serve ${subject.object} in the version that is asked for`,
    remedy: 'install what brings the kind, or use a cluster of a later version',
  };
}

function unreachable(errorCode: string, subject: Subject): Problem {
  if (errorCode === 'NO_JSON') return noApiServer(subject);
  if (isTlsError(errorCode)) return untrusted(errorCode, subject);
  return {
    code: 'no-cluster',
    where: `context "${subject.context}"`,
    what: `the API server at ${subject.server} does not answer (${errorCode})`,
    remedy: 'start a local cluster with "npx modelyard cluster up", or check the address and your network',
  };
}

/** Somebody answers, and cannot show that it is the server that is meant. */
function untrusted(errorCode: string, subject: Subject): Problem {
  return {
    code: 'no-cluster',
    where: `context "${subject.context}"`,
    what: `what answers at ${subject.server} has no certificate that the kubeconfig trusts (${errorCode})`,
    remedy: `compare certificate-authority-data and the server of this context with those of the cluster; a proxy may stand in between: try "kubectl --context ${subject.context} version"`,
  };
}

function noApiServer(subject: Subject): Problem {
  return {
    code: 'no-api-server',
    where: `context "${subject.context}"`,
    what: `what ${subject.server} answers is not what an API server says, or only half of it`,
    remedy: `a proxy or a login page may stand in between: look at "kubectl --context ${subject.context} get --raw /version"`,
  };
}

function unauthorized(subject: Subject): Problem {
  return {
    code: 'unauthorized',
    where: `context "${subject.context}"`,
    what: `the API server at ${subject.server} does not know these credentials`,
    remedy: `log in again, then try "kubectl --context ${subject.context} auth whoami"`,
  };
}

const DENIED = /User "(?<user>[^"]*)" cannot (?<verb>\w+) resource "(?<resource>[^"]*)"/;

function forbiddenError(status: ApiStatus, subject: Subject): ProblemError {
  const message = status.message ?? '';
  const denied = DENIED.exec(message)?.groups;
  if (denied?.user === 'system:anonymous') return raise('preflight', unauthorized(subject));
  if (denied) {
    return raise('preflight', {
      code: 'forbidden',
      where: placeOf(subject),
      what: `user "${denied.user}" may not ${denied.verb} ${denied.resource}`,
      remedy: `ask for a role that allows "${denied.verb}" on "${denied.resource}"${subject.namespace ? ` in namespace ${subject.namespace}` : ''}`,
    });
  }
  const terminating = status.details?.causes?.some((cause) => cause.reason === 'NamespaceTerminating');
  return terminating ? raise('apply', namespaceTerminating(subject.namespace ?? '')) : raise('apply', refused(status, subject));
}

function conflictError(status: ApiStatus, subject: Subject): ProblemError {
  const causes = status.details?.causes ?? [];
  const fields = causes.filter((cause) => cause.reason === 'FieldManagerConflict');
  if (fields.length === 0) return raise('apply', status.reason === 'Conflict' ? contested(status, subject) : refused(status, subject));
  const taken = fields.map(({ field = '', message = '' }) => ({
    field: field.replace(/^\./, ''),
    manager: /"([^"]+)"/.exec(message)?.[1] ?? 'another manager',
  }));
  const lasting = taken.find(({ field }) => NEVER_GIVEN_BACK.test(field));
  if (lasting) return new ProblemError([madeAnew(lasting, subject)], 'conflict');
  const problems = taken.map(({ field, manager }): Problem => {
    return {
      code: 'field-conflict',
      where: placeOf(subject),
      what: `${field} belongs to "${manager}"`,
      remedy: `let one of the two own it: stop "${manager}" from setting ${field}, or take it out of model-service.yaml`,
    };
  });
  return new ProblemError(problems, 'conflict');
}

/** A selector never changes, and the hash of what was applied is in nobody's file: who owns them has made the object anew. */
const NEVER_GIVEN_BACK = /^spec\.selector(\.|$)|modelyard\.dev\/applied-hash$/;

const madeAnew = ({ field, manager }: { field: string; manager: string }, subject: Subject): Problem => ({
  code: 'field-conflict',
  where: placeOf(subject),
  what: `"${manager}" has made the object anew, with a ${field} of its own`,
  remedy: `delete it, and deploy again (of a Deployment, the pods go too): kubectl --context ${subject.context} -n ${subject.namespace} delete ${subject.object}`,
});

function refused(status: ApiStatus, subject: Subject): Problem {
  const message = safeText(status.message ?? 'no reason given');
  // A cause of no field says what the message says.
  const causes = (status.details?.causes ?? [])
    .filter((cause) => cause.field)
    .map((cause) => safeText(`${cause.field}: ${cause.message ?? ''}`));
  const { code, remedy } = REFUSALS.find(({ sign }) => sign.test(message)) ?? REFUSED;
  return {
    code,
    where: placeOf(subject),
    what: `the API server refuses to ${subject.verb} it: ${message}`,
    remedy,
    ...(causes.length > 0 ? { details: causes } : {}),
  };
}

const REFUSED = { code: 'refused', remedy: 'change model-service.yaml, or the policy that denies it' };

/** Refusals that say more about what to do, by what the server writes. */
const REFUSALS: readonly { readonly sign: RegExp; readonly code: string; readonly remedy: string }[] = [
  {
    sign: /exceeded quota/,
    code: 'quota',
    remedy: 'raise the ResourceQuota of the namespace, or delete objects of this kind there that nobody needs',
  },
  {
    sign: /denied (the )?request|violates PodSecurity/,
    code: 'admission-denied',
    remedy: 'a policy of the cluster denies it: change what model-service.yaml asks for, or the policy',
  },
  {
    sign: /field is immutable/,
    code: 'immutable-field',
    remedy: 'it cannot be changed in place: take the change back, or "npx modelyard destroy" the service and deploy it anew',
  },
  {
    sign: /request is too large|larger than max|too large|Too long: may not be more than/,
    code: 'too-large',
    remedy: 'make it smaller: a ConfigMap may have 1 MiB, annotations 256 KiB, any object about 1.5 MB',
  },
];

function contested(status: ApiStatus, subject: Subject): Problem {
  return {
    code: 'write-conflict',
    where: placeOf(subject),
    what: `others write it all the time: ${status.message ?? 'no reason given'}`,
    remedy: `find who: kubectl --context ${subject.context} get --show-managed-fields; then deploy again`,
  };
}

/** A webhook that does not answer looks like a server that fails, but somebody else has to mend it. */
function ailingError(code: number, status: ApiStatus, subject: Subject): ProblemError {
  const webhook = /failed calling webhook "([^"]+)"/.exec(status.message ?? '')?.[1];
  if (webhook === undefined) return raise('preflight', ailing(code, status, subject));
  return raise('apply', {
    code: 'webhook-failed',
    where: placeOf(subject),
    what: `the admission webhook "${webhook}" must be asked and does not answer: ${safeText(status.message ?? '')}`,
    remedy: `tell the owner of the webhook; see "kubectl --context ${subject.context} get validatingwebhookconfigurations,mutatingwebhookconfigurations"`,
  });
}

function ailing(code: number, status: ApiStatus, subject: Subject): Problem {
  return {
    code: 'api-server-error',
    where: placeOf(subject),
    what: `the API server at ${subject.server} answers ${code} again and again: ${safeText(status.message || 'no reason given')}`,
    remedy: 'try again later; what was applied so far stays, and the next deploy carries on from it',
  };
}

const placeOf = (subject: Subject): string => (subject.namespace ? `${subject.object} in ns/${subject.namespace}` : subject.object);

const raise = (exit: ExitName, problem: Problem): ProblemError => new ProblemError([problem], exit);
