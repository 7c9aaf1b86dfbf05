export { type Claim, type Claimant, claimLease, type Lease, releaseLease, stampMs } from './lease.ts';
export { leaseRef, type SeenLock, seeLock, withDeployLock } from './lock.ts';
export type { LockRequest } from './problems.ts';
