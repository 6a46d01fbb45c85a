// The table of tested servers agrees with the entries, the lockfile and the recorded results of `npm run test:compat`.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { SERVERS } from '../compatibility/servers/suite/catalog.ts';
import { versionOf } from '../compatibility/servers/suite/lockfile.ts';
import { PAGE, pageOf, readResults } from '../compatibility/servers/suite/results.ts';
import { folderOf } from '../compatibility/servers/suite/server.ts';

const AGAIN = 'run npm run test:compat -- --record <name>';

test('each server has a name of its own and a folder', () => {
  assert.equal(new Set(SERVERS.map(({ name }) => name)).size, SERVERS.length);
  const missing = SERVERS.filter((server) => !existsSync(folderOf(server)));
  assert.deepEqual(missing, []);
});

test('each server was tested in the version of the lockfile', () => {
  const results = readResults();
  const outdated = SERVERS.filter((server) => results[server.name]?.version !== versionOf(server));
  assert.deepEqual(
    outdated.map(({ name }) => name),
    [],
    AGAIN,
  );
});

test('the result of each server is as its entry says', () => {
  const results = readResults();
  for (const { name, fails } of SERVERS) {
    const known = (fails?.workers ?? []).map((workers) => [String(workers), fails?.because]);
    assert.deepEqual(results[name]?.fails, Object.fromEntries(known), `${name}: ${AGAIN}`);
  }
});

test('the page is the one that the results make', () => {
  assert.equal(readFileSync(PAGE, 'utf8'), pageOf(SERVERS, readResults()), AGAIN);
});
