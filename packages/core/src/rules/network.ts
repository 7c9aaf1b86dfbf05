import type { DeploySource } from '../deploy-schema.ts';
import { isOn } from '../deploy-spec.ts';
import { exclusive, type Finding, missing } from './finding.ts';

/** What must hold between the keys that say who reaches the service. */
export function networkFindings({ network, route, ingress }: DeploySource): Finding[] {
  const findings: Finding[] = [];
  if (isOn(route) && isOn(ingress)) findings.push(exclusive(['ingress'], 'route', 'let requests in by one of the two'));
  if (isOn(route) && route.gateway === undefined)
    findings.push(missing(['route', 'gateway'], 'name the Gateway that takes the requests in'));
  if (isOn(ingress) && ingress.host === undefined) findings.push(missing(['ingress', 'host'], 'name the host'));
  (network?.from ?? []).forEach((peer, index) => {
    const path = ['network', 'from', String(index)];
    const { cidr, ...selectors } = peer;
    const chosen = Object.keys(selectors);
    if (cidr === undefined && chosen.length === 0) {
      const what = (key: string) => `"${key}" names nobody`;
      findings.push({
        code: 'empty-peer',
        path,
        what,
        remedy: 'add namespace, namespaceLabels, podLabels or cidr, or leave "from" out to let anyone in',
      });
    }
    if (cidr !== undefined && chosen.length > 0) {
      findings.push(exclusive([...path, 'cidr'], chosen.join('", "'), 'give the addresses an entry of their own'));
    }
    if (cidr !== undefined && !isCidr(cidr)) {
      const what = (key: string) => `"${key}" is "${cidr}"`;
      findings.push({
        code: 'bad-value',
        path: [...path, 'cidr'],
        what,
        remedy: 'expected: a block of addresses, for example "10.0.0.0/8"',
      });
    }
  });
  return findings;
}

function isCidr(text: string): boolean {
  const [address = '', bits = ''] = text.split('/');
  return isIpv4(address) ? Number(bits) <= 32 : isIpv6(address) && Number(bits) <= 128;
}

const isIpv4 = (text: string): boolean => /^((25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(?=\d)|$)){4}$/.test(text);

/** Eight groups, or fewer around one "::". */
function isIpv6(text: string): boolean {
  const halves = text.split('::');
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const fits = halves.length === 1 ? groups.length === 8 : halves.length === 2 && groups.length <= 7;
  return fits && groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group));
}
