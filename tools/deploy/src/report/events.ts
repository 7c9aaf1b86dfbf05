import type { Problem } from '@modelyard/core';
import type { Plan } from '../plan/index.ts';

/** What was found that stops nothing. */
export interface Note {
  readonly code: string;
  readonly what: string;
  /** What to do about it, where something can be done. */
  readonly remedy?: string;
  readonly details?: readonly string[];
}

/** What a deploy tells while it runs; doors turn it into text or JSON. */
export type DeployEvent =
  | {
      readonly type: 'started';
      readonly service: string;
      readonly environment: string;
      readonly context: string;
      readonly namespace: string;
      readonly image: string;
    }
  | ({ readonly type: 'noted' } & Note)
  | { readonly type: 'planned'; readonly plan: Plan; readonly dryRun: boolean }
  | { readonly type: 'delivering'; readonly image: string }
  | { readonly type: 'applied'; readonly object: string; readonly action: 'create' | 'update' }
  | { readonly type: 'waiting'; readonly because: string }
  /** Why it is not ready yet, as soon as that is known; without a grace it may last until the deadline. */
  | { readonly type: 'cause'; readonly cause: Problem; readonly graceSeconds?: number }
  | { readonly type: 'ready'; readonly pods: readonly string[]; readonly seconds: number }
  | { readonly type: 'verified'; readonly pods: number; readonly rows: number }
  | { readonly type: 'not-verified'; readonly because: string }
  | { readonly type: 'deployed'; readonly service: string; readonly namespace: string; readonly port: number; readonly seconds: number }
  | { readonly type: 'recorded'; readonly revision: number }
  | { readonly type: 'rolling-back'; readonly to: number; readonly image: string }
  | { readonly type: 'left'; readonly service: string; readonly because: string }
  | { readonly type: 'deleted'; readonly object: string }
  | { readonly type: 'gone'; readonly service: string; readonly namespace: string; readonly objects: number }
  /** One service of many failed, and the others go on. */
  | { readonly type: 'failed'; readonly problems: readonly Problem[] }
  /** The end of a deploy of many. */
  | { readonly type: 'summary'; readonly services: number; readonly failed: readonly string[] };
