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
  findings.push(...hostFindings('route', route?.host), ...hostFindings('ingress', ingress?.host));
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

/** An address is no name: the server refuses it as a host. */
function hostFindings(block: string, host: string | undefined): Finding[] {
  if (host === undefined || !isIpv4(host)) return [];
  const what = (key: string) => `"${key}" is "${host}", an address`;
  return [{ code: 'bad-value', path: [block, 'host'], what, remedy: 'expected: a name, for example "models.acme.example"' }];
}

/** A block of addresses; the server refuses one whose address goes on behind the bits of the block. */
function isCidr(text: string): boolean {
  const [address = '', bits = ''] = text.split('/');
  const length = isIpv4(address) ? 32 : 128;
  if (!/^(0|[1-9][0-9]*)$/.test(bits) || Number(bits) > length || !(isIpv4(address) || isIpv6(address))) return false;
  return (isIpv4(address) ? bitsOfIpv4(address) : bitsOfIpv6(address)).lastIndexOf('1') < Number(bits);
}

const bitsOf = (parts: readonly number[], width: number): string => parts.map((part) => part.toString(2).padStart(width, '0')).join('');
const bitsOfIpv4 = (text: string): string => bitsOf(text.split('.').map(Number), 8);

function bitsOfIpv6(text: string): string {
  const [head = [], tail = []] = text
    .split('::')
    .map((half) => (half === '' ? [] : half.split(':').map((group) => Number.parseInt(group, 16))));
  return bitsOf([...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail], 16);
}

const isIpv4 = (text: string): boolean => /^((25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(?=\d)|$)){4}$/.test(text);

/** Eight groups, or fewer around one "::". */
function isIpv6(text: string): boolean {
  const halves = text.split('::');
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const fits = halves.length === 1 ? groups.length === 8 : halves.length === 2 && groups.length <= 7;
  return fits && groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group));
}
