export { type Claim, type Claimant, claimLease, type Lease, releaseLease, stampMs } from './lease.ts';
export { isFree, leaseRef, type SeenLock, seeLocks, withDeployLock } from './lock.ts';
export { type LockRequest, lockOf } from './problems.ts';
