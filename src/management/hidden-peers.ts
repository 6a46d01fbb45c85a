// The hosts that the workers call, for callers of the management port without authentication: each under a name that says nothing.
import type { Instrument } from '../core/instruments.ts';
import type { SupervisorStatus } from '../supervisor/index.ts';
import { nodeCrypto } from '../core/node-crypto.ts';

/** The label of metrics that names a host. */
const LABEL = 'peer';

/** Enough digits for the few hundred peers that metrics tell apart. */
const DIGITS = 8;

/** New for each supervisor, or a name could be found by trying likely hosts. */
let salt: Buffer | undefined;

/** The same numbers, with `hidden-1a2b3c4d` for each host. The name stays the same until the supervisor ends. */
export function withHiddenPeers<T extends Pick<SupervisorStatus, 'totals' | 'workers'>>(status: T): T {
  return {
    ...status,
    totals: { ...status.totals, instruments: hidden(status.totals.instruments) },
    workers: status.workers.map(({ sample, ...worker }) => ({
      ...worker,
      sample: sample && { ...sample, instruments: hidden(sample.instruments) },
    })),
  };
}

function hidden(instruments: readonly Instrument[]): readonly Instrument[] {
  return instruments.map((instrument) =>
    instrument.series.some(({ labels }) => LABEL in labels)
      ? { ...instrument, series: instrument.series.map(withHiddenLabel) }
      : instrument,
  );
}

function withHiddenLabel(measured: Instrument['series'][number]): Instrument['series'][number] {
  const peer = measured.labels[LABEL];
  if (peer === undefined) return measured;
  salt ??= nodeCrypto.randomBytes(16);
  const digest = nodeCrypto.createHmac('sha256', salt).update(peer).digest('hex');
  return { ...measured, labels: { ...measured.labels, [LABEL]: `hidden-${digest.slice(0, DIGITS)}` } };
}
