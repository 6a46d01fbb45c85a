// Real clients that are killed in the middle of their work, against a worker that sheds. `npm run test:clients` does more.
import { test } from 'node:test';
import { CLIENTS, missing } from '../harness/clients/kinds.ts';
import { killMidway } from '../harness/clients/killed.ts';

const KILLS = 3;
const QUICK = new Set(['ws', 'undici', 'grpc', 'curl']);

for (const kind of CLIENTS.filter(({ name }) => QUICK.has(name))) {
  test(`${kind.name}, killed ${KILLS} times`, { skip: missing(kind) }, (t) => killMidway(t, kind, KILLS));
}
