import type { SupervisorFigures } from '../telemetry/index.ts';

/** What this process, which is the supervisor's, tells of itself. */
export function ownFigures(version: string): SupervisorFigures {
  const { user, system } = process.cpuUsage();
  const { active, idle } = performance.eventLoopUtilization();
  return {
    version,
    nodeVersion: process.versions.node,
    // Read once by Node.js: it stays the same when the clock is set.
    startedAtMs: performance.timeOrigin,
    rssBytes: process.memoryUsage.rss(),
    cpuSeconds: (user + system) / 1e6,
    eventLoopActiveSeconds: active / 1000,
    eventLoopIdleSeconds: idle / 1000,
  };
}
