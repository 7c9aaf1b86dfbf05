export { type Claim, type Claimant, claimLease, type Lease, releaseLease } from './lease.ts';
export { type LockRequest, withDeployLock } from './lock.ts';
