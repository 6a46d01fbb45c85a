// Every real client, killed in the middle of its work 200 times, against a worker that sheds: the worker never dies.
// `npm run test:clients`; RESPITE_TEST_KILLS for fewer. test/process has a short version.
import { test } from 'node:test';
import { CLIENTS, missing } from '../harness/clients/kinds.ts';
import { killMidway } from '../harness/clients/killed.ts';

const KILLS = Number(process.env['RESPITE_TEST_KILLS'] ?? 200);

for (const kind of CLIENTS) {
  test(`${kind.name}, killed ${KILLS} times`, { skip: missing(kind) }, (t) => killMidway(t, kind, KILLS));
}
