// `index.ts` is a folder's only door: imports from another folder of src go there.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertOnly } from './exceptions.ts';
import { folderOf, sourceImports, sourceLengths } from './sources.ts';

/** Have no index.ts: each file is a tool by itself, and all of them in one door would be loaded into every process. */
const WITHOUT_DOOR = ['core', 'http'];

const CHECKED_EARLY =
  'options are checked before the first worker starts, and the index would load the whole feature by then';
const LOADED_LATE =
  'the index of supervisor is loaded before the first worker starts, and the rest of it while that one starts';
const USERS_DOOR = 'the index of health or load is what users import: what it exports is their API';
const NO_ROUTER = 'the index of admission would load find-my-way and the HTTP gate into the supervisor';
const ROUTER_LATE =
  'the index of admission is loaded into workers, which load find-my-way only when a pattern needs it';
const SMALL_PROCESS =
  'needed before the first worker starts, or in the fallback responder: both load as little as they can';
const INSIDE = 'the test needs a part that no other folder needs';

/** Imports that go past a door today. Give the door an export instead of adding a row. */
const PAST_THE_DOOR: readonly {
  readonly to: string;
  readonly why: string;
  readonly from: readonly string[];
}[] = [
  { to: 'admission/counts.ts', why: NO_ROUTER, from: ['supervisor/workers/counters/worker-counters.ts'] },
  {
    to: 'admission/options.ts',
    why: CHECKED_EARLY,
    from: ['cli/config/check.ts', 'cli/settings.ts'],
  },
  { to: 'admission/protect.ts', why: ROUTER_LATE, from: ['index.ts'] },
  {
    to: 'backpressure/guard/process-options.ts',
    why: CHECKED_EARLY,
    from: ['cli/config/check.ts'],
  },
  { to: 'client/options.ts', why: CHECKED_EARLY, from: ['outbound/options.ts'] },
  {
    to: 'client/policies.ts',
    why: 'the index of client is what users import: what it exports is their API',
    from: [
      'outbound/police.ts',
      'outbound/policed-fetch.ts',
      'outbound/policed-http.ts',
      'outbound/undici/policed-undici.ts',
      'outbound/undici/request-origin.ts',
    ],
  },
  { to: 'outbound/options.ts', why: CHECKED_EARLY, from: ['cli/config/check.ts'] },
  {
    to: 'admission/policy.ts',
    why: NO_ROUTER,
    from: ['supervisor/instance/history/counters.ts', 'supervisor/instance/history/instance-history.ts'],
  },
  {
    to: 'admission/shed/options.ts',
    why: SMALL_PROCESS,
    from: [
      'supervisor/outage/conversation.ts',
      'supervisor/outage/main.ts',
      'supervisor/outage/messages.ts',
      'supervisor/outage/outages.ts',
      'supervisor/outage/fallback-responder.ts',
    ],
  },
  { to: 'admission/shed/response.ts', why: SMALL_PROCESS, from: ['supervisor/outage/conversation.ts'] },
  { to: 'admission/shed/retry-after.ts', why: SMALL_PROCESS, from: ['supervisor/outage/main.ts'] },
  {
    to: 'admission/stats.ts',
    why: NO_ROUTER,
    from: ['supervisor/instance/history/counters.ts', 'supervisor/instance/history/instance-history.ts'],
  },
  { to: 'health/finding.ts', why: USERS_DOOR, from: ['cli/checks/index.ts'] },
  { to: 'health/group.ts', why: USERS_DOOR, from: ['management/health.ts'] },
  {
    to: 'health/options.ts',
    why: USERS_DOOR,
    from: ['cli/checks/index.ts', 'cli/checks/main.ts', 'cli/config/check.test.ts', 'cli/config/check.ts'],
  },
  {
    to: 'health/troubles.ts',
    why: 'the index would load every indicator into supervisors without health checks',
    from: ['supervisor/instance/healing/rounds.ts'],
  },
  { to: 'load/expect/index.ts', why: USERS_DOOR, from: ['cli/load/index.ts', 'cli/load/summary.ts'] },
  { to: 'load/tune/index.ts', why: USERS_DOOR, from: ['cli/tune/index.ts', 'cli/tune/settings.ts'] },
  { to: 'load/report/page.ts', why: USERS_DOOR, from: ['cli/load/index.ts'] },
  { to: 'load/protocol/index.ts', why: USERS_DOOR, from: ['cli/load/silence.ts'] },
  {
    to: 'management/options.ts',
    why: CHECKED_EARLY,
    from: [
      'cli/config/check.test.ts',
      'cli/config/check.ts',
      'cli/drill/proxy.ts',
      'cli/settings.ts',
      'cli/view/answer.ts',
    ],
  },
  {
    to: 'supervisor/incidents/evidence/folder.ts',
    why: LOADED_LATE,
    from: [
      'cli/incidents/directory.ts',
      'cli/incidents/incidents.test.ts',
      'cli/incidents/index.ts',
      'cli/incidents/replay.ts',
      'management/incidents.test.ts',
      'management/incidents.ts',
    ],
  },
  {
    to: 'supervisor/incidents/evidence/captures.ts',
    why: LOADED_LATE,
    from: ['cli/operate/capture.ts', 'management/captures.ts'],
  },
  {
    to: 'supervisor/incidents/evidence/options.ts',
    why: CHECKED_EARLY,
    from: ['cli/incidents/directory.ts', 'cli/incidents/incidents.test.ts'],
  },
  { to: 'supervisor/incidents/evidence/prune.ts', why: LOADED_LATE, from: ['cli/incidents/prune.ts'] },
  {
    to: 'load/drill/index.ts',
    why: 'the index of load is what users import: what it exports is their API',
    from: ['cli/drill/file.ts', 'cli/drill/index.ts', 'cli/drill/proxy.ts', 'cli/incidents/replay.ts'],
  },
  { to: 'load/shape/index.ts', why: USERS_DOOR, from: ['cli/drill/file.ts', 'cli/shape/file.ts'] },
  {
    to: 'supervisor/instance/drill/options.ts',
    why: CHECKED_EARLY,
    from: ['cli/config/drills.test.ts', 'cli/config/check.ts', 'cli/settings.ts'],
  },
  { to: 'supervisor/instance/fleet/index.ts', why: LOADED_LATE, from: ['cli/run.ts'] },
  {
    to: 'supervisor/instance/history/index.ts',
    why: LOADED_LATE,
    from: ['management/console/event-stream.test.ts', 'management/console/moments.test.ts'],
  },
  {
    to: 'supervisor/instance/history/instance-history.ts',
    why: LOADED_LATE,
    from: ['management/console/console.test.ts', 'management/console/index.ts'],
  },
  { to: 'supervisor/detect/probes/figures.ts', why: LOADED_LATE, from: ['management/routes.ts'] },
  {
    to: 'supervisor/incidents/notify/index.ts',
    why: LOADED_LATE,
    from: ['cli/telling.ts', 'cli/try-notifications.ts'],
  },
  {
    to: 'supervisor/incidents/notify/options.ts',
    why: CHECKED_EARLY,
    from: ['cli/config/check.test.ts', 'cli/config/check.ts'],
  },
  {
    to: 'supervisor/instance/options.ts',
    why: CHECKED_EARLY,
    from: [
      'cli/config/check.test.ts',
      'cli/config/node-args.test.ts',
      'cli/config/check.ts',
      'cli/settings.ts',
    ],
  },
  {
    to: 'admission/utilization.ts',
    why: 'figures for the supervisor too, which loads nothing else of admission for them',
    from: ['telemetry/utilization.ts'],
  },
  {
    to: 'telemetry/utilization.ts',
    why: 'the index of telemetry is loaded with the first scrape; status, console and history need this one figure of it',
    from: [
      'cli/view/figures.ts',
      'management/console/state.ts',
      'management/routes.ts',
      'supervisor/instance/history/instance-history.ts',
    ],
  },
  {
    to: 'worker/duration-row.ts',
    why: 'the layout of a row in the file that worker and supervisor share; nothing else of the worker is loaded for it',
    from: ['supervisor/workers/counters/totals.ts', 'supervisor/workers/counters/worker-counters.ts'],
  },
  { to: 'worker/durations.ts', why: INSIDE, from: ['supervisor/workers/counters/totals.test.ts'] },
  { to: 'worker/channel.ts', why: SMALL_PROCESS, from: ['supervisor/outage/messages.ts'] },
  { to: 'worker/handles.ts', why: SMALL_PROCESS, from: ['supervisor/outage/messages.ts'] },
  { to: 'worker/protocol.ts', why: SMALL_PROCESS, from: ['supervisor/workers/process/spawn-worker.ts'] },
  {
    to: 'worker/setup-variables.ts',
    why: SMALL_PROCESS,
    from: ['supervisor/workers/process/spawn-worker.ts'],
  },
  { to: 'worker/watchdog/command.ts', why: INSIDE, from: ['supervisor/workers/process/captures.test.ts'] },
];

const files = await sourceLengths();

test('other folders are imported by their index.ts', async () => {
  const past = (await sourceImports()).filter(({ from, to }) => {
    const folder = folderOf(to);
    const isOther = files.has(to) && folder !== folderOf(from) && !WITHOUT_DOOR.includes(folder);
    return isOther && to !== `${folder}/index.ts`;
  });
  assertOnly(
    past.map(({ from, to }) => `${from} → ${to}`),
    PAST_THE_DOOR.flatMap(({ to, from }) => from.map((each) => `${each} → ${to}`)),
  );
});

test('only folders without an index.ts are without a door', () => {
  assert.deepEqual(
    WITHOUT_DOOR.filter((folder) => files.has(`${folder}/index.ts`)),
    [],
  );
});
