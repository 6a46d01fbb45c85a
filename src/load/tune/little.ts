// Little's law: requests in flight are the rate times the latency. Two sides measured it, so each is a check of the other.

/** In flight on average, as the clients saw it and as the server did, over the same time. */
export interface InFlight {
  /** Requests served per second times their mean latency. */
  readonly atClients: number;
  /** The time that the server had requests, all of them added up, over the time of the measurement. */
  readonly atServer: number;
}

export type LittleCheck = InFlight &
  (
    | { readonly kind: 'agrees' }
    /** The clients have more in flight than the server knows of: they wait in socket buffers and for a blocked event loop. */
    | { readonly kind: 'waits-unseen'; readonly waiting: number }
    /** The server has had more than the clients can have sent: something else sends requests too, or a clock is wrong. */
    | { readonly kind: 'contradicts' }
  );

/** Difference that the edges of the measurement make: requests that one side counts in the time before or after. */
const TOLERATED_SHARE = 0.15;
const TOLERATED_REQUESTS = 0.5;

export function checkLittle({ atClients, atServer }: InFlight): LittleCheck {
  const tolerance = TOLERATED_REQUESTS + TOLERATED_SHARE * Math.max(atClients, atServer);
  const waiting = atClients - atServer;
  if (waiting < -tolerance) return { kind: 'contradicts', atClients, atServer };
  if (waiting > tolerance) return { kind: 'waits-unseen', atClients, atServer, waiting };
  return { kind: 'agrees', atClients, atServer };
}
