import type { DeployEvent } from './events.ts';

/** Tells each cause once: the one that ends a rollout was often told when it came up. */
export function causesOnce(report: (event: DeployEvent, service?: string) => void): (event: DeployEvent, service?: string) => void {
  const told = new Set<string>();
  return (event, service) => {
    if (event.type === 'cause') {
      const key = `${event.cause.code} ${event.cause.where}`;
      if (told.has(key)) return;
      told.add(key);
    }
    report(event, service);
  };
}
