// How many requests the memory store answers, against a least-recently-used cache of the same size. Synthetic workloads: no
// package of the registry ships a public trace.
import { LRUCache } from 'lru-cache';
import { memoryStore } from 'respite/cache';
import { random } from '../lib/statistics.ts';
import { zipf } from '../lib/zipf.ts';
import { BODY_BYTES, entryOf } from './stores/responses.ts';

export interface Ratio {
  readonly workload: string;
  readonly store: number;
  readonly lru: number;
}

interface Workload {
  readonly name: string;
  /** The number of the object that the i-th request is for. */
  readonly make: (chance: () => number, requests: number) => (i: number) => number;
}

const OBJECTS = 50_000;

/** Of the objects, that fit. */
const SHARE = 0.1;

const WORKLOADS: readonly Workload[] = [
  { name: 'Zipf, exponent 0.8', make: (chance) => zipf(OBJECTS, 0.8, chance) },
  { name: 'Zipf, exponent 1.0', make: (chance) => zipf(OBJECTS, 1, chance) },
  { name: 'Zipf 1.0, and every fifth request for something that never comes again', make: withOneTimers },
  { name: 'Zipf 1.0, and now and then a scan over as much as fits twice', make: withScans },
  { name: 'Zipf 1.0, whose popular objects are others after a tenth of the requests', make: drifting },
  { name: 'Zipf 1.0, whose popular objects give way to others one by one', make: creeping },
];

export function hitRatios(requests: number): readonly Ratio[] {
  return WORKLOADS.map(({ name, make }) => {
    const { store, lru } = measure(make(random(1), requests), requests);
    return { workload: name, store, lru };
  });
}

function measure(requested: (i: number) => number, requests: number): { store: number; lru: number } {
  const body = new Uint8Array(BODY_BYTES);
  const entry = entryOf(0);
  // All are of one size, which only the store knows.
  const sample = memoryStore();
  sample.put(keyOf(OBJECTS), entry, body, sample.get(keyOf(OBJECTS)).version);
  const bytes = sample.stats().bytes;
  const fitting = Math.floor(OBJECTS * SHARE);
  const store = memoryStore({ limitBytes: fitting * bytes });
  const lru = new LRUCache<string, true>({ max: fitting });
  let [storeHits, lruHits] = [0, 0];
  for (let i = 0; i < requests; i += 1) {
    const key = keyOf(requested(i));
    const { record, version } = store.get(key);
    if (record === undefined) store.put(key, entry, body, version);
    else storeHits += 1;
    if (lru.get(key) === undefined) lru.set(key, true);
    else lruHits += 1;
  }
  return { store: storeHits / requests, lru: lruHits / requests };
}

/** Of the same length, so that all entries are of the same size. */
function keyOf(object: number): string {
  return `https://api.example/objects/${String(object).padStart(9, '0')}`;
}

function withOneTimers(chance: () => number): (i: number) => number {
  const popular = zipf(OBJECTS, 1, chance);
  return (i) => (i % 5 === 4 ? OBJECTS + 1 + i : popular());
}

function withScans(chance: () => number): (i: number) => number {
  const popular = zipf(OBJECTS, 1, chance);
  const length = 2 * OBJECTS * SHARE;
  const every = 5 * length;
  return (i) => (i % every < length ? OBJECTS + 1 + i : popular());
}

function drifting(chance: () => number, requests: number): (i: number) => number {
  const popular = zipf(OBJECTS, 1, chance);
  return (i) => (popular() + Math.floor((10 * i) / requests) * 7919) % OBJECTS;
}

/** Every twentieth request moves all of them on by one place. */
function creeping(chance: () => number): (i: number) => number {
  const popular = zipf(OBJECTS, 1, chance);
  return (i) => (popular() + Math.floor(i / 20)) % OBJECTS;
}
