import { expect, test } from 'vitest';
import { podRequests } from './requests.ts';

const GIBI = 2 ** 30;
const container = (cpu: string, memory: string) => ({ name: 'x', resources: { requests: { cpu, memory } } });

test('containers are added up, and a pod takes one place', () => {
  expect(podRequests({ containers: [container('250m', '1Gi'), container('1', '512Mi')] })).toEqual({
    cpu: 1.25,
    memory: 1.5 * GIBI,
    pods: 1,
  });
});

test('a step of the start counts where it needs more than all that runs later', () => {
  const initContainers = [container('4', '256Mi')];
  expect(podRequests({ initContainers, containers: [container('1', '1Gi')] })).toEqual({ cpu: 4, memory: GIBI, pods: 1 });
});

test('a sidecar counts beside the containers, and beside the steps that start after it', () => {
  const initContainers = [{ ...container('1', '1Gi'), restartPolicy: 'Always' }, container('2', '1Gi')];
  expect(podRequests({ initContainers, containers: [container('1', '3Gi')] })).toEqual({ cpu: 3, memory: 4 * GIBI, pods: 1 });
});

test('a limit without a request is a request, and the overhead of the runtime comes on top', () => {
  const containers = [{ name: 'x', resources: { limits: { 'nvidia.com/gpu': '2' } } }];
  expect(podRequests({ containers, overhead: { cpu: '250m' } })).toEqual({ 'nvidia.com/gpu': 2, cpu: 0.25, pods: 1 });
});

test('what is asked for the pod as a whole stands in the place of its containers', () => {
  const resources = { requests: { cpu: '3' } };
  expect(podRequests({ resources, containers: [container('1', '1Gi')] })).toEqual({ cpu: 3, memory: GIBI, pods: 1 });
});
