import type { AdmissionCount, AdmissionStats } from '../../admission/index.ts';
import { type Instrument, type Measured, sumInstruments } from '../../core/instruments.ts';
import { workerResources, workerUtilization } from '../utilization.ts';

/** What is used of a worker's sample, as it is published in its process. */
export interface PublishedSample {
  readonly admission: Omit<AdmissionStats, 'requests'>;
  /** Of all servers of the worker; what several count alike comes several times. */
  readonly requests: readonly AdmissionCount[];
  readonly eventLoopUtilization: number;
  readonly instruments: readonly Instrument[];
}

/** What a worker's sample says of Respite's own work, as instruments. Node.js's figures and latencies are others' to report. */
export function sampleInstruments(sample: PublishedSample): readonly Instrument[] {
  const { admission, requests } = sample;
  return sumInstruments([
    gauge(
      'respite_utilization',
      'Share of what this worker can do that it does now, 0 to 1.',
      workerUtilization(sample),
    ),
    {
      name: 'respite_resource_utilization',
      help: 'How full each resource of this worker is, 0 to 1.',
      type: 'gauge',
      series: Object.entries(workerResources(sample)).map(([resource, value]) => ({
        labels: { resource },
        value,
      })),
    },
    {
      name: 'respite_admission_requests_total',
      help: 'Requests by what admission control decided and why.',
      type: 'counter',
      series: requests.map(({ count, decision, reason, criticality, route }) => ({
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
  ]);
}

function gauge(name: string, help: string, value: number): Instrument {
  return { name, help, type: 'gauge', series: single(value) };
}

function single(value: number): readonly Measured[] {
  return [{ labels: {}, value }];
}
