// Evidence that cannot be written is never in the way of healing, and what was not kept is known.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import type { StoredIncident } from '../../../src/supervisor/incidents/evidence/folder.ts';
import type { Incident } from '../../../src/supervisor/index.ts';
import { echo, request } from '../../harness/http.ts';
import { endedIncident } from '../../harness/incidents.ts';
import { temporaryDirectory } from '../../harness/process.ts';
import { lacks } from '../../harness/programs.ts';
import { respite, type RunningRespite } from '../../harness/respite.ts';

const BLOCKED = 'faults/blocked.mjs';
const QUICK = { unreadyMs: 500, evidenceMs: 1000, killMs: 4000 };

/**
 * Mounts a disk of 48 KB, which cannot hold the diagnostic report of 40 KB beside the other files. Where this user may
 * not mount one, skips the test and returns undefined.
 */
function smallDisk(t: TestContext): string | undefined {
  const directory = path.join(temporaryDirectory(), 'disk');
  mkdirSync(directory);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=48k', 'tmpfs', directory], { stdio: 'pipe' });
  } catch (error) {
    t.skip(`needs permission to mount a file system: ${(error as Error).message.trim()}`);
    return undefined;
  }
  t.after(() => execFileSync('umount', [directory]));
  return directory;
}

/**
 * A blocked worker is replaced although its evidence cannot be written: once, Respite logs why.
 *
 * @param started Called before anything is wrong.
 */
async function healsWithout(
  t: TestContext,
  directory: string,
  why: string,
  started: (running: RunningRespite) => Promise<unknown> = async () => {},
): Promise<Incident> {
  const running = respite(t, BLOCKED, {
    options: ['--incidents', directory],
    config: { supervisor: { stableMs: 300, detect: { blockedLoop: QUICK } } },
  });
  const port = await running.port();
  await running.ready();
  await started(running);
  request(port, { path: '/sleepy-loop' }).catch(() => {});
  const incident = await endedIncident(running);
  assert.equal(incident.steps.at(-1)?.what, 'replaced');
  assert.equal((await echo(port)).pid, (await running.ready())[0]?.pid);
  await running.logs("evidence of the incident can't be kept", why);
  assert.equal((await running.stop()).code, 0);
  assert.equal(running.logged("evidence of the incident can't be kept").length, 1, running.transcript());
  return incident;
}

/** Leaves less than a page. */
function fill(directory: string): void {
  try {
    for (let i = 0; ; i += 1) writeFileSync(path.join(directory, `full-${i}`), Buffer.alloc(4096));
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC');
  }
}

// They wait for the detector.
describe('a disk without room', { concurrency: 3 }, () => {
  test(
    'on a disk with little room left healing goes on, and it is said what could not be kept',
    { skip: lacks('mount') },
    async (t) => {
      const directory = smallDisk(t);
      if (directory === undefined) return;
      const incident = await healsWithout(t, directory, 'ENOSPC');
      const folder = path.join(directory, incident.id);
      const file = path.join(folder, 'incident.json');
      const { missing, endedAtMs } = JSON.parse(readFileSync(file, 'utf8')) as StoredIncident;
      assert.ok(
        endedAtMs !== undefined && missing.some((what) => what.includes('ENOSPC')),
        JSON.stringify({
          missing,
          endedAtMs,
          files: readdirSync(folder).map((name) => [name, statSync(path.join(folder, name)).size]),
        }),
      );
      assert.ok(readdirSync(folder).every((name) => !name.startsWith('new-')));
    },
  );

  test(
    'on a disk with no room left healing goes on, and it is said what could not be kept',
    { skip: lacks('mount') },
    async (t) => {
      const directory = smallDisk(t);
      if (directory === undefined) return;
      fill(directory);
      await healsWithout(t, directory, 'ENOSPC');
    },
  );

  test('where the directory of incidents is a file the log says so at the start, and healing goes on', async (t) => {
    const file = path.join(temporaryDirectory(), 'a-file');
    writeFileSync(file, '');
    await healsWithout(t, file, 'ENOTDIR', (running) =>
      running.logs(
        'incidents cannot be kept in',
        'is not a directory',
        'choose another directory with --incidents',
      ),
    );
  });
});
