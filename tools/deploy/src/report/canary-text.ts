import { assertNever } from '@modelyard/core';
import type { CanaryState, CanaryStatus } from '../canary-status.ts';
import type { CanaryErrors, CanaryEvent } from './canary-events.ts';
import { count, type Paint } from './style.ts';

type Of<Type extends CanaryEvent['type']> = Extract<CanaryEvent, { readonly type: Type }>;

/** One event of a canary as a line. */
export function formatCanaryEvent(event: CanaryEvent, paint: Paint): string {
  switch (event.type) {
    case 'canary-planned':
      return `canary   ${planned(event)}`;
    case 'canary-left-out':
      return `${paint('yellow', 'canary  ')} none, the pods are replaced one by one: ${event.because}`;
    case 'canary-shifted':
      return event.weight === 0
        ? `${paint('yellow', 'shift   ')} all requests to the version that served before`
        : `${paint('green', 'shift   ')} step ${event.step} of ${event.steps}: ${shifted(event)}, watched for ${event.seconds} s`;
    case 'canary-checked':
      return `${paint('green', 'checked ')} step ${event.step} of ${event.steps}: ${checked(event)}`;
    case 'canary-promoting':
      return `${paint('green', 'promote ')} the service takes the new pods${event.skipped > 0 ? `, ${count(event.skipped, 'step')} skipped` : ''}`;
    case 'canary-aborting':
      return `${paint('yellow', 'abort   ')} the canary goes: ${event.because}`;
    case 'canary-ordered':
      return `ordered  ${event.order} of the canary of ${event.service}; the deploy that runs will see it within seconds`;
    default:
      return assertNever(event);
  }
}

function planned({ name, mode, steps, stableReplicas, stableImage }: Of<'canary-planned'>): string {
  const by = mode === 'route' ? 'requests shared by the weights of its HTTPRoute' : 'requests shared by the numbers of pods';
  const weights = steps.map((step) => `${step.weight} %`).join(', ');
  return `${name} beside ${count(stableReplicas, 'pod')} of ${stableImage}, ${by}: ${weights}`;
}

function shifted({ mode, weight, share, pods, stableReplicas }: Of<'canary-shifted'>): string {
  if (mode === 'route') return `${weight} % of the requests to ${count(pods, 'pod')}`;
  const real = `${pods} of ${pods + stableReplicas} pods, so ${Math.round(share)} % of the requests`;
  return Math.round(share) === weight ? real : `${real} (${weight} % were asked)`;
}

function checked(event: Of<'canary-checked'>): string {
  const golden = event.rows > 0 ? `, ${count(event.rows, 'golden prediction')} as trained` : '';
  return `${count(event.pods, 'pod')} ready${golden}, ${errors(event)}`;
}

function errors(event: CanaryErrors): string {
  if (event.errors === 'unknown') return 'no figures of requests at /metrics';
  const seen = `${event.failed} of ${count(event.requests, 'request')} failed`;
  return event.errors === 'good' ? seen : `${seen}: too few to judge by`;
}

/** How far a canary is, for a terminal. */
export function formatCanary({ service, namespace, canary }: CanaryStatus): string {
  if (!canary) return `canary   none of ${service} in ns/${namespace}`;
  return `canary   ${canary.image} beside ${canary.stableImage} in ns/${namespace}: ${formatCanaryState(canary)}`;
}

/** Where a canary stands and since when, and which part of the requests it gets. */
export function formatCanaryState({ step, share, pods, ready, since, order }: CanaryState): string {
  const told = order ? `, told to ${order}` : '';
  return `${step === 'promoting' ? step : `step ${step}`} since ${since}, ${Math.round(share)} % of the requests, ${ready}/${pods} ready${told}`;
}
