import type { CanaryState } from './canary-status.ts';
import type { Cause } from './readiness/index.ts';

/** What of a service runs in an environment. */
export interface ServiceStatus {
  readonly service: string;
  readonly environment: string;
  readonly context: string;
  readonly namespace: string;
  /** Absent when the service was never deployed there. */
  readonly deployment?: { readonly image: string; readonly commit?: string; readonly wanted: number; readonly ready: number };
  readonly pods: readonly { readonly name: string; readonly phase: string; readonly ready: boolean; readonly restarts: number }[];
  readonly causes: readonly Cause[];
  /** Address and port of its Service inside the cluster. */
  readonly address?: string;
  /** Absent when none is under way. */
  readonly canary?: CanaryState;
}
