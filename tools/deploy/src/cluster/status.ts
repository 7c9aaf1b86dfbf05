/** The API server's own answer to a failed request (apimachinery `metav1.Status`). */
export interface ApiStatus {
  readonly kind: 'Status';
  readonly message?: string;
  readonly reason?: string;
  readonly code?: number;
  readonly details?: {
    readonly name?: string;
    readonly kind?: string;
    readonly causes?: readonly { readonly reason?: string; readonly message?: string; readonly field?: string }[];
    readonly retryAfterSeconds?: number;
  };
}

/** The Status that a body holds, or undefined when it is something else. */
export function parseStatus(text: string): ApiStatus | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    const value = JSON.parse(text) as { kind?: unknown };
    return value.kind === 'Status' ? (value as ApiStatus) : undefined;
  } catch {
    return undefined;
  }
}
