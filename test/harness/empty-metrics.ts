// Metrics of an instance that has no worker and has counted nothing yet.
import type { MetricsSnapshot } from '../../src/telemetry/snapshot.ts';

export const EMPTY_METRICS: MetricsSnapshot = Object.freeze({
  workers: [],
  restarts: {},
  incidentCounts: { ended: {}, open: {} },
  totals: {
    duration: { boundsSeconds: [], series: [] },
    requests: [],
    connectionsRefused: 0,
    instruments: [],
  },
});
