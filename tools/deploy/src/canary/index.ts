export { type Canary, podsBeside } from './canary.ts';
export { chooseRollout } from './find.ts';
export { canaryName, markOf, ORDER_MANAGER, type Order, orderAnnotations } from './names.ts';
export { isServing, listCanaryPods, readCanaryDeployment, waitUntilCanaryGone } from './pods.ts';
export { runCanary } from './roll-out.ts';
export { reportCanary } from './run.ts';
export { podShare } from './share.ts';
export { routedWeight, sendsToCanary } from './traffic.ts';
export { podsHash } from './twin.ts';
