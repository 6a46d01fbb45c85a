// What Respite promises: goals of the benchmarks, in words that need no knowledge of the benchmark.

export interface Promised {
  readonly promise: string;
  readonly from: string;
  /** Of the goal, as the benchmark calls it. */
  readonly what: string;
}

export const PROMISES: readonly Promised[] = [
  promise(
    'an empty handler: throughput, as a share of bare Node.js',
    'overhead',
    'node: throughput, respite / bare',
  ),
  promise('the same: p99, as a share of bare Node.js', 'overhead', 'node: p99, respite / bare'),
  promise(
    'admission in a request, over a hook that does nothing',
    'request-cost',
    'time over the hook alone',
  ),
  promise(
    'the same: memory that survives a minor collection',
    'request-cost',
    'memory of a request that survives a minor collection',
  ),
  promise('metrics: time to count a request', 'telemetry', 'time of a request'),
  promise('metrics: memory to count a request', 'telemetry', 'heap of a request'),
  promise(
    'metrics: a scrape of 16 workers with 200 routes',
    'telemetry',
    'scrape with 16 workers and 200 routes, median, of the supervisor',
  ),
  promise('start of an ES module, added', 'startup', 'hello.mjs, added by respite run'),
  promise('start of a CommonJS script, added', 'startup', 'hello.cjs, added by respite run'),
  promise('supervisor at rest: memory', 'footprint', 'memory of the supervisor'),
  promise(
    'supervisor at rest: processor time',
    'footprint',
    'processor time of the idle supervisor, of a core',
  ),
  promise(
    'worker: memory, over bare Node.js',
    'footprint',
    'memory that a worker has more than bare Node.js',
  ),
  promise(
    'idle connection: memory, over bare Node.js',
    'footprint',
    'memory of an idle connection, more than in bare Node.js',
  ),
  promise('supervisor: memory with the console open', 'console', 'memory, 1 page open'),
  promise('supervisor: processor with the console open', 'console', 'processor, 1 page open'),
  promise('2 ms of CPU a request, 5 times the capacity', 'overload', 'cpu at 5 times, keep-alive'),
  promise('the same, 10 times the capacity', 'overload', 'cpu at 10 times, keep-alive'),
  promise('the same, 5 times, a new connection for each request', 'overload', 'cpu at 5 times, new'),
  promise('a pool of 20 slots, 5 times its capacity', 'overload', 'pool at 5 times, keep-alive'),
  promise('the same, a new connection for each request', 'overload', 'pool at 5 times, new'),
  promise(
    'a service that becomes slower, 1.5 times the capacity',
    'overload',
    'slowing at 1.5 times, keep-alive',
  ),
  promise(
    'a tenth of the requests critical, 5 times the capacity',
    'overload',
    'classes at 5 times, keep-alive',
  ),
  promise('uploads of 10 MB, twice the capacity', 'overload', 'uploads at 2 times, keep-alive'),
  promise('shed requests a second on one core, kept-alive', 'refusal-rate', 'refusals'),
  promise('a shed POST of 40 MB: bytes read', 'refusal', 'read of a refused POST of 40 MB, at most'),
  promise('the same: clients that see the status', 'refusal', 'clients that saw 503'),
  promise('200 connections at once, event loop blocked for 20 ms at a time', 'accept', 'all 200 answered'),
  promise('every worker killed again and again: connections refused', 'killed', 'connections refused'),
  promise(
    '20 rolling restarts of six frameworks: failed requests',
    'rolling',
    'failed requests, all frameworks',
  ),
  promise(
    'instances that end behind HAProxy: failed requests',
    'balancers',
    'HAProxy, instances end, with the wait: failed requests',
  ),
  promise(
    'HAProxy with weights by load, one instance at half speed: requests shed, over round robin',
    'feedback',
    'event loop: shed, against round robin',
  ),
  promise('the same: p99, over round robin', 'feedback', 'event loop: p99, against round robin'),
  promise(
    'the same for a pool of 8: p99, over round robin',
    'feedback',
    'pool of 8: p99, against round robin',
  ),
  promise(
    'Chromium loads pages ahead, 3 times the capacity: pages that users open',
    'prefetch',
    'navigations served, Chromium at 3 times the capacity',
  ),
  promise(
    'capacity estimated from traffic, 2 ms of CPU a request, against a closed loop',
    'headroom',
    'cpu: estimate against the closed loop',
  ),
  promise('the same, a pool of 20 slots', 'headroom', 'pool: estimate against the closed loop'),
  promise(
    'the same, a pool whose requests do not wait yet',
    'headroom',
    'mix: estimate against the closed loop',
  ),
  promise(
    'cache: probes while an origin is down, nothing may be served stale',
    'outage',
    'probes while the origin is down, nothing may be served stale',
  ),
  promise(
    'the same: calls that are served from 2 s after its return on',
    'outage',
    'goodput from 2 s after its return on, nothing may be served stale',
  ),
  promise(
    '5,000 clients that never read, budget of 64 MB: memory',
    'backpressure',
    'memory with 5000 stalled clients, budget of 64 MB',
  ),
  promise(
    'the same: speed that is left to fast clients',
    'backpressure',
    'fast clients while the budget is exhausted',
  ),
  promise('cache: hits of 1 KB in memory, through `fetch`', 'cache', 'hits of 1 KB through fetch'),
  promise(
    'cache: hits in Redis with a million keys, through `fetch`',
    'cache',
    'hits of 1 KB through fetch, Redis with 1,000,000 keys, 1 at a time',
  ),
  promise(
    'the same, 32 at a time',
    'cache',
    'hits of 1 KB through fetch, Redis with 1,000,000 keys, 32 at a time',
  ),
  promise(
    'cache: cases that RFC 9111 requires, of 160, in the mode of each',
    'conformance',
    'required cases through fetch, memory',
  ),
  promise('outbound calls: processor time over undici', 'client', 'processor time over undici alone'),
  promise(
    'outbound calls: attempts per call in an outage of a minute',
    'outbound',
    'outage of a minute: attempts per call',
  ),
];

function promise(text: string, from: string, what: string): Promised {
  return { promise: text, from, what };
}
