import { formatProblems, type ProblemError } from '@modelyard/core';
import { expect, test } from 'vitest';
import type { KubeObject } from '../kube/index.ts';
import { fakeCluster } from '../testing/fake-cluster.ts';
import { lookAtDevices } from './dra.ts';

const resource = (kind: string, name: string, spec: object): KubeObject => ({
  apiVersion: 'resource.k8s.io/v1',
  kind,
  metadata: { name },
  spec,
});
const claim = (count: number) =>
  resource('ResourceClaimTemplate', 'churn-gpu', {
    spec: { devices: { requests: [{ name: 'gpu', exactly: { deviceClassName: 'gpu.nvidia.com', count } }] } },
  });
const deviceClass = (name: string, expression: string) => resource('DeviceClass', name, { selectors: [{ cel: { expression } }] });
const slice = (driver: string, devices: number) =>
  resource('ResourceSlice', `${driver}-${devices}`, { driver, devices: Array(devices).fill({}) });
const NVIDIA = deviceClass('gpu.nvidia.com', "device.driver == 'gpu.nvidia.com'");

test('devices of the class are counted by its driver, over all slices', async () => {
  const cluster = fakeCluster([NVIDIA, slice('gpu.nvidia.com', 2), slice('gpu.nvidia.com', 1), slice('other.example', 8)]);
  expect(await lookAtDevices(cluster, [claim(1)], 3, 'churn')).toEqual([]);
  expect(await lookAtDevices(cluster, [claim(2)], 2, 'churn')).toEqual([
    {
      code: 'few-devices',
      what: '4 devices of class gpu.nvidia.com are wanted, the cluster shows 3; the pods wait for more',
      remedy: 'add nodes, or lower deploy.replicas',
    },
  ]);
});

test('a service that claims nothing asks nothing', async () => {
  expect(await lookAtDevices(fakeCluster(), [], 1, 'churn')).toEqual([]);
});

test('a class that is not there is a problem that names those which are', async () => {
  const cluster = fakeCluster([deviceClass('mig.nvidia.com', 'true')]);
  const error = (await lookAtDevices(cluster, [claim(1)], 1, 'churn in ns/ml').catch((reason: unknown) => reason)) as ProblemError;
  expect(formatProblems(error.problems)).toBe(
    `no-device-class  churn in ns/ml: the pods claim devices of the class "gpu.nvidia.com", which the cluster does not have
          known: mig.nvidia.com`,
  );
});
