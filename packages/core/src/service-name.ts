import { fail, type Result, succeed } from './problem.ts';

/** DNS-1123 label, as Kubernetes checks names (RFC 1123 section 2.1), at most 63 characters. */
export const DNS_LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** What the rule accepts: a DNS label that starts with a letter (Services ask for that, RFC 1035) and fits a Deployment's pods. */
const SERVICE_NAME = /^[a-z]([a-z0-9-]*[a-z0-9])?$/;

/** Pod names add "-<10>-<5>" to the Deployment's; a longer name would be cut in labels and host names. */
export const SERVICE_NAME_MAX_LENGTH = 46;

/** Every name of a service, derived by one rule from the one the user gave. */
export interface ServiceNames {
  /** The Nx project, the Kubernetes objects, the image repository: `churn-risk`. */
  readonly label: string;
  /** The Python identifier: `churn_risk`. */
  readonly module: string;
  /** For titles in documents: `Churn Risk`. */
  readonly title: string;
}

/** The label nearest to any text, or undefined when the text holds no letter. */
export function suggestServiceName(text: string): string | undefined {
  const label = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, SERVICE_NAME_MAX_LENGTH)
    .replace(/-+$/, '');
  return label === '' ? undefined : label;
}

/** The names of a service, or the problem that the text cannot be one. It never changes what was given. */
export function parseServiceName(text: unknown, where = 'name'): Result<ServiceNames> {
  if (typeof text === 'string' && SERVICE_NAME.test(text) && text.length <= SERVICE_NAME_MAX_LENGTH) {
    return succeed({ label: text, module: text.replaceAll('-', '_'), title: titleOf(text) });
  }
  const given = typeof text === 'string' ? text : String(text ?? '');
  const suggestion = suggestServiceName(given) ?? 'churn';
  const fault =
    given.length > SERVICE_NAME_MAX_LENGTH && SERVICE_NAME.test(given)
      ? `name "${given}" is ${given.length} characters long`
      : `name "${given}" cannot become a DNS label`;
  return fail({
    code: 'bad-name',
    where,
    what: fault,
    remedy: `use lower-case letters, digits and "-", starting with a letter, at most ${SERVICE_NAME_MAX_LENGTH}, for example "${suggestion}"`,
  });
}

function titleOf(label: string): string {
  return label
    .split('-')
    .filter((word) => word !== '')
    .map((word) => word[0]?.toUpperCase() + word.slice(1))
    .join(' ');
}
