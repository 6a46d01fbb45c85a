// Metrics of the requests that the process makes to other services, with the client or without it.
import { addInstruments, type Instrument, type Measured } from '../core/instruments.ts';
import type { OriginFigures } from './observed-origins.ts';

type Origins = ReadonlyMap<string, Readonly<OriginFigures>>;

/** Has the figures shown. Returns what ends it. */
export function showObserved(read: () => Origins): () => void {
  return addInstruments(() => {
    const origins = read();
    // Nothing to show, and nothing to send, as long as the process calls no service.
    return origins.size === 0 ? [] : instrumentsOf(origins);
  });
}

function instrumentsOf(origins: Origins): readonly Instrument[] {
  const each = (value: (figures: Readonly<OriginFigures>) => number): Measured[] =>
    [...origins].map(([peer, figures]) => ({ labels: { peer }, value: value(figures) }));
  return [
    {
      name: 'respite_client_requests_total',
      help: 'HTTP requests to other services that have ended, whichever client made them, by outcome.',
      type: 'counter',
      series: [...origins].flatMap(([peer, { requests }]) =>
        [...requests].map(([outcome, value]) => ({ labels: { peer, outcome }, value })),
      ),
    },
    {
      name: 'respite_client_request_seconds_total',
      help: 'Time that these requests took until the headers of their response, or until they failed.',
      type: 'counter',
      series: each(({ tookMs }) => tookMs / 1000),
    },
    {
      name: 'respite_client_requests_in_flight',
      help: 'HTTP requests to other services without a response yet.',
      type: 'gauge',
      series: each(({ inFlight }) => inFlight),
    },
    {
      name: 'respite_client_requests_waiting',
      help: 'HTTP requests to other services that have waited for a response for longer than a second.',
      type: 'gauge',
      series: each(({ waiting }) => waiting),
    },
  ];
}
