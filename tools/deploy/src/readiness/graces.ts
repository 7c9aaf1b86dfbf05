/** How long a cause may last before the rollout counts as doomed; Infinity leaves it to the deadline. */
export interface Grace {
  readonly code: string;
  /** In which case, where the code alone does not tell. */
  readonly when: string;
  readonly seconds: number;
}

const grace = (code: string, when: string, seconds: number): Grace => ({ code, when, seconds });
const FOR_EVER = Number.POSITIVE_INFINITY;

/** The grace of each cause; `docs/reference/causes.md` is generated from this table. */
export const GRACES = {
  // A registry that does not answer may answer soon; a missing image stays missing.
  pull: grace('image-pull', 'the registry does not answer, or counts requests', 30),
  noImage: grace('image-pull', 'the image is not there, or may not be had', 0),
  // The first crash may be a neighbour's fault: the container is started once more.
  firstCrash: grace('crash', 'the container ended for the first time', 15),
  crash: grace('crash', 'it ended again; of an init container the code is "init-error"', 0),
  outOfMemory: grace('out-of-memory', 'the container was killed at its memory limit', 0),
  // Time for whoever creates Secrets to do so.
  reference: grace('reference-missing', 'a Secret, a ConfigMap or a key of one is not there', 20),
  creation: grace('container-not-created', 'the container cannot be created for another reason', 20),
  // Disks are attached by a cloud, volumes provisioned and networks set up by somebody who may be slow.
  mount: grace('volume', 'a volume cannot be attached or mounted', 60),
  claim: grace('volume', 'a claim is not there, or has no volume where the pod can run', 60),
  sandbox: grace('sandbox', 'the node cannot set the pod up', 60),
  modelRefused: grace('not-healthy', '/health says why the service refuses its model', 0),
  loading: grace('not-healthy', 'a probe fails, and the service may still be loading', FOR_EVER),
  loadBudget: grace('not-healthy', 'restarted, because its load budget was up', 0),
  liveness: grace('not-healthy', 'restarted, because its liveness probe failed', 15),
  // A scheduler that finds no node may find one when another pod leaves.
  noNode: grace('unschedulable', 'no node fits, and no autoscaler adds one', 15),
  // An autoscaler looks every ten seconds or so, and says then whether it adds a node.
  autoscalerUnseen: grace('unschedulable', 'no node fits, and whether an autoscaler may add one could not be seen', 30),
  autoscalerAwaited: grace('unschedulable', 'no node fits, and an autoscaler may add one but does not say so', 60),
  nodeToCome: grace('unschedulable', 'an autoscaler adds a node, lower-priority pods make room, or old pods still leave', FOR_EVER),
  // Whoever set the gate will take it away, or not: a queue for GPUs may be long.
  gated: grace('scheduling-gated', 'somebody holds the pod back from the scheduler', FOR_EVER),
  // Quota is often freed by another pod that leaves; a policy does not change its mind.
  quota: grace('quota', 'the quota is full', 30),
  quotaWantsMore: grace('quota', 'the quota wants a limit that the pod does not name', 0),
  denied: grace('admission-denied', 'a policy refuses the pods', 0),
  // An API server that has just started does not know the controllers' own rights yet.
  notCreated: grace('pod-not-created', 'the API server does not create the pods for another reason', 30),
  paused: grace('paused', 'somebody has paused the Deployment', 30),
  nodeLost: grace('node-lost', 'the node of the pod does not answer any more', FOR_EVER),
  // One pod that a node threw out is replaced; many in one rollout mean that every one will be.
  lost: grace('evicted', 'nodes threw pods out, or with "rejected-by-node" did not let them in', FOR_EVER),
  lostOften: grace('evicted', 'the same for the third time', 15),
  deadline: grace('deadline', 'the Deployment made no progress, for no cause that is known', 0),
} as const;
