import type { Instrument, Measured } from '../../core/instruments.ts';
import type { MetricsSample } from '../snapshot.ts';
import { utilization } from '../utilization.ts';

/** What a worker's sample says of Respite's own work, as instruments. Node.js's figures and latencies are others' to report. */
export function sampleInstruments(sample: MetricsSample): readonly Instrument[] {
  const { admission } = sample;
  const full = utilization({ workers: [{ id: 1, slot: 1, state: 'ready', sample }] });
  return [
    gauge('respite_utilization', 'Share of what this worker can do that it does now, 0 to 1.', full ?? 0),
    {
      name: 'respite_admission_requests_total',
      help: 'Requests by what admission control decided and why.',
      type: 'counter',
      series: admission.requests.map(({ count, decision, reason, criticality, route }) => ({
        labels: { decision, reason, criticality, route },
        value: count,
      })),
    },
    gauge('respite_admission_limit', 'Requests in flight at which everything is shed.', admission.limit),
    gauge('respite_admission_in_flight', 'Requests that were let in and are not done.', admission.inFlight),
    gauge(
      'respite_admission_bytes_in_flight',
      'Bytes of request bodies held by requests in flight.',
      admission.bytesInFlight,
    ),
    gauge(
      'respite_admission_refused_share',
      'Share of the requests refused to make room for more important ones.',
      admission.refusedShare,
    ),
    {
      name: 'respite_admission_pressure',
      help: 'How hard each signal presses, 0 to 1.',
      type: 'gauge',
      series: admission.pressure.map(({ signal, pressure }) => ({ labels: { signal }, value: pressure })),
    },
    {
      name: 'respite_admission_connections_refused_total',
      help: 'Connections closed without a request.',
      type: 'counter',
      series: single(admission.connectionsRefused),
    },
    ...sample.instruments,
  ];
}

function gauge(name: string, help: string, value: number): Instrument {
  return { name, help, type: 'gauge', series: single(value) };
}

function single(value: number): readonly Measured[] {
  return [{ labels: {}, value }];
}
