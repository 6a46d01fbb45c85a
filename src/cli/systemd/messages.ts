// What Respite tells systemd, as sd_notify(3) has it. Pure.
import type { InstancePhase } from '../../supervisor/index.ts';

/** @param monotonicUs The kernel's monotonic clock, in microseconds: `Type=notify-reload` compares it with the time of its own signal. */
export function messageOf(phase: InstancePhase, monotonicUs: bigint): readonly string[] {
  switch (phase) {
    case 'ready':
      return ['READY=1', 'STATUS=serving'];
    case 'restarting':
      return ['RELOADING=1', `MONOTONIC_USEC=${monotonicUs}`, 'STATUS=rolling restart'];
    case 'stopping':
      return ['STOPPING=1', 'STATUS=draining'];
    default:
      return phase satisfies never;
  }
}

export const KEEP_ALIVE = ['WATCHDOG=1'] as const;

/**
 * How often systemd wants a sign of life from this process, in ms; undefined when it wants none. A third of what it grants: sending may
 * take its time on a busy machine.
 */
export function keepAliveMs(env: NodeJS.ProcessEnv, pid: number): number | undefined {
  const { WATCHDOG_USEC: granted, WATCHDOG_PID: meant } = env;
  const grantedMs = Number(granted) / 1000;
  const isMeant = !meant || meant === String(pid);
  return isMeant && grantedMs > 0 && Number.isFinite(grantedMs) ? Math.max(100, grantedMs / 3) : undefined;
}
