// What servers are overloaded with. Each script of bench/servers/overload is one workload.
import type { Connections, Kind } from './generator/plan.ts';
import type { SystemName } from './systems.ts';

export interface Workload {
  readonly name: string;
  /** For the title of its tables. */
  readonly summary: string;
  readonly kinds: readonly Kind[];
  /** Clients of the closed loop that measures the capacity: more than there are slots. */
  readonly capacityClients: number;
  /** Times the capacity. */
  readonly loads: readonly number[];
  readonly quickLoads: readonly number[];
  readonly connections: readonly Connections[];
  readonly systems: readonly SystemName[];
  /** The load at which the best fixed limit is looked for; undefined where a limit of what is in flight says nothing. */
  readonly sweepLoad?: number;
  /** Requests that HAProxy and nginx let through at once, where no sweep has found a better number. */
  readonly proxyLimit: number;
  /** The service slows down in the second of three phases, each of this length, instead of a flood after a calm. */
  readonly slows?: boolean;
}

const GET: readonly Kind[] = [{ name: 'get', share: 1, method: 'GET', path: '/', bodyBytes: 0 }];

const CPU_PEERS: readonly SystemName[] = [
  'under-pressure',
  'under-pressure-default',
  'toobusy',
  'overload-protection',
];
const PROXIES: readonly SystemName[] = ['haproxy', 'nginx'];

export const CRITICAL = 'critical';
export const SHEDDABLE = 'sheddable';

/** The critical class alone is half the capacity at 5 times; at a fifth of the requests it would be all of it. */
const CRITICAL_SHARE = 0.1;

export const WORKLOADS: readonly Workload[] = [
  {
    name: 'cpu',
    summary: '2 ms of the processor',
    kinds: GET,
    capacityClients: 16,
    loads: [0.5, 0.95, 2, 5, 10],
    quickLoads: [0.95, 5],
    connections: ['keep-alive', 'new'],
    systems: ['bare', 'respite', ...CPU_PEERS, ...PROXIES],
    proxyLimit: 4,
  },
  {
    name: 'pool',
    summary: '20 slots of 20 ms',
    kinds: GET,
    capacityClients: 64,
    loads: [0.5, 0.95, 2, 5, 10],
    quickLoads: [5],
    connections: ['keep-alive', 'new'],
    systems: ['bare', 'fixed', 'respite', 'under-pressure', ...PROXIES],
    sweepLoad: 5,
    proxyLimit: 20,
  },
  {
    name: 'mix',
    summary: '20 slots; 90 % of the requests take 1 ms, 10 % take 50 ms',
    kinds: GET,
    capacityClients: 64,
    loads: [0.95, 2, 5],
    quickLoads: [],
    connections: ['keep-alive'],
    systems: ['bare', 'fixed', 'respite', 'under-pressure', 'haproxy'],
    sweepLoad: 2,
    proxyLimit: 20,
  },
  {
    name: 'slowing',
    summary: '20 slots of 20 ms, then of 200 ms, then of 20 ms again, a third of the run each',
    kinds: GET,
    capacityClients: 64,
    loads: [1.5],
    quickLoads: [1.5],
    connections: ['keep-alive'],
    systems: ['bare', 'fixed', 'respite', 'under-pressure'],
    sweepLoad: 1.5,
    proxyLimit: 20,
    slows: true,
  },
  {
    name: 'uploads',
    summary: 'GET answered at once, POST of 1 KB and of 10 MB read into memory and 1 ms of the processor',
    kinds: [
      { name: 'get', share: 0.4, method: 'GET', path: '/', bodyBytes: 0 },
      { name: '1 KB', share: 0.4, method: 'POST', path: '/', bodyBytes: 1024 },
      { name: '10 MB', share: 0.2, method: 'POST', path: '/', bodyBytes: 10 * 1024 * 1024 },
    ],
    capacityClients: 16,
    loads: [0.5, 2],
    quickLoads: [2],
    connections: ['keep-alive'],
    systems: ['bare', 'respite', 'under-pressure', 'haproxy'],
    proxyLimit: 4,
  },
  {
    name: 'classes',
    summary: '2 ms of the processor; a tenth of the requests are GET /critical, the others POST /sheddable',
    kinds: [
      { name: CRITICAL, share: CRITICAL_SHARE, method: 'GET', path: '/critical', bodyBytes: 0 },
      { name: SHEDDABLE, share: 1 - CRITICAL_SHARE, method: 'POST', path: '/sheddable', bodyBytes: 0 },
    ],
    capacityClients: 16,
    loads: [5],
    quickLoads: [5],
    connections: ['keep-alive', 'new'],
    systems: ['bare', 'respite', 'under-pressure', 'toobusy'],
    proxyLimit: 4,
  },
];
