// The attacks that clients without any rights can make, as in the review of hostile clients (section A).

/** What a goal row is about: who attacks, what of, and what honest clients ask meanwhile. */
export interface Attack {
  readonly name: string;
  readonly what: string;
  readonly http2?: true;
  /** CPU time of each request on the server, in milliseconds. */
  readonly costMs?: number;
  /** What honest clients send; the default is GET. */
  readonly honest?: 'POST';
}

export const ATTACKS = [
  {
    name: 'announced',
    what: 'one POST announces 300 MB and sends nothing; honest clients upload 100 bytes',
    honest: 'POST',
  },
  { name: 'silent', what: '100 clients announce 1,000 bytes, send none, and leave after 300 ms' },
  { name: 'expect', what: 'the same with Expect: 100-continue' },
  { name: 'resets', what: '40 clients reset their connection right after the request' },
  { name: 'pipelining', what: '20 connections pipeline GETs as fast as they are answered' },
  { name: 'exempt', what: '60 clients flood /health/x, where each path costs 2 ms', costMs: 2 },
  { name: 'rapid-reset', what: '10 HTTP/2 connections open streams and reset them at once', http2: true },
  {
    name: 'zero-window',
    what: 'HTTP/2 connections with a window of 0 open 1,000 streams and reset them later',
    http2: true,
  },
  { name: 'tiny-chunks', what: '30 uploads in chunks of one byte' },
] as const satisfies readonly Attack[];

export type AttackName = (typeof ATTACKS)[number]['name'];
