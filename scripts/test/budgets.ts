// How long each file may take, in seconds: about three times what it takes on two quiet cores. A machine that is busy with
// something else stays below that; a test that has become slow does not.
const DEFAULT_SECONDS = 60;

const BUDGETS: Readonly<Record<string, number>> = {
  unit: 120,
  'contract, cache': 90,
  'contract, servers': 60,
  'test/browser/console.test.ts': 140,
  'test/browser/demo-report.test.ts': 120,
  'test/browser/incident-report.test.ts': 60,
  'test/process/admission.test.ts': 120,
  'test/process/canary.test.ts': 120,
  'test/process/counters.test.ts': 45,
  'test/process/faults/blocked-loop.test.ts': 150,
  'test/process/faults/reported.test.ts': 190,
  'test/process/faults/stuck-requests.test.ts': 110,
  'test/process/health.test.ts': 90,
  'test/process/long-lived.test.ts': 120,
  'test/process/notify.test.ts': 75,
  'test/process/rolling.test.ts': 75,
  'test/process/sockets.test.ts': 90,
  'test/process/stopping.test.ts': 100,
  'test/services/balancers.test.ts': 120,
  'test/services/cache-published-cases.test.ts': 120,
  'test/services/fleet.test.ts': 120,
  'test/services/health-databases.test.ts': 200,
  'test/services/prometheus.test.ts': 120,
  'test/simulator/suite.test.ts': 250,
  'examples/mailbox/test/storm-run.test.ts': 40,
};

/** @param name A test file, or the name of a check or of a stage that runs in one process. */
export function budgetOf(name: string): number {
  return BUDGETS[name] ?? DEFAULT_SECONDS;
}
