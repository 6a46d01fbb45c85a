import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveAdmissionOptions } from '../../admission/index.ts';
import { custom, disk, tcp } from '../../health/index.ts';
import { resolveHealthOptions } from '../../health/options.ts';
import { resolveManagementOptions } from '../../management/options.ts';
import { resolveNotifyOptions } from '../../supervisor/incidents/notify/options.ts';
import { resolveSupervisorOptions } from '../../supervisor/instance/options.ts';
import { checkConfig } from './check.ts';

const VALID: readonly unknown[] = [
  {},
  { admission: undefined, management: { address: undefined }, backpressure: { limitBytes: 1024 * 1024 } },
  {
    backpressure: {
      limitBytes: 1e9,
      evictFirst: 'oldest',
      slowPeer: { graceMs: 100, minBytesPerSecond: 1, kernelBufferBytes: 0 },
      kernelBuffers: { notSentBytes: 1, sendBufferBytes: 4096 },
    },
  },
  { backpressure: { limitBytes: 1e9, slowPeer: false, kernelBuffers: false } },
  {
    admission: {
      limit: 1,
      bodyBudgetBytes: 1024,
      routes: {
        'POST /deliveries': 'sheddable',
        '/users/:id': 'critical-plus',
        'GET /a/*': 'sheddable-plus',
        'PUT /a': { interactive: false, costly: true, clientRetries: true, cost: 2.5, deadlineMs: 100 },
        '/b': { criticality: 'sheddable', cost: 1 },
        '/c': { exempt: true },
      },
      defaultCriticality: 'critical',
      thresholds: { sheddable: 0.5, 'critical-plus': 1, critical: 1, 'sheddable-plus': 0 },
      turnBudget: { targetMs: 5, burstMs: 50, idleCreditMs: 0 },
      statuses: { sheddable: 503, critical: 429 },
      exempt: ['/health', 'GET /up'],
      exemptLimit: 0,
      priority: {
        identity: 'X-User',
        salt: 'x',
        reserved: { sheddable: 0.1, critical: 0.9 },
        minimumPerSecond: 0,
        minimumShare: 0.25,
      },
      signals: { cpu: true, memory: false, 'requests-per-second': { enter: 200, exit: 100 } },
      criticalityHeader: { from: ['127.0.0.1', '10.0.0.0/8', '::1', 'fd00::/8'], atMost: 'sheddable-plus' },
      dryRun: true,
    },
    supervisor: {
      workers: 4,
      listeningCopies: 256,
      drainTimeoutMs: 0,
      killTimeoutMs: 0,
      startTimeoutMs: 1,
      deployTimeoutMs: 1,
      heapMb: 16,
      balancer: { checkIntervalMs: 1, checkFailures: 1 },
      detect: {
        blockedLoop: { unreadyMs: 500, evidenceMs: 1000, killMs: 2000 },
        gcDeathSpiral: { warnShare: 0.5 },
        memoryLeak: { windowMs: 1000, growthShare: 0.2 },
        memory: { warnShare: 0.5, replaceShare: 0.6, limitBytes: 1_000_000_000 },
        stuckRequests: { afterMs: 2000, atLeast: 1, againMs: 0 },
        serverClosed: { afterMs: 1000 },
        descriptors: { share: 0.5 },
        cpuStarved: { afterMs: 500 },
        diskFull: { freeBytes: 0 },
      },
      incidents: { directory: '/var/lib/x', countLimit: 1, sizeLimitBytes: 1 },
      fleet: { client: { call: async () => {} }, name: 'shop-api.eu_1', share: 0.5, leaseMs: 1000 },
    },
    health: {
      readyShare: 0.5,
      indicators: {
        disk: { check: disk(), groups: ['live', 'ready'] },
        'mail-server': { check: tcp('mail', 25), critical: false, intervalMs: 1, timeoutMs: 1, slowMs: 0.5 },
        own: { check: custom(() => {}), groups: ['billing'], failures: 2, successes: 3 },
      },
    },
    management: { address: '[::1]:9999', token: 'secret' },
    notify: {
      webhook: { url: 'https://h/x', headers: { a: 'b' }, timeoutMs: 1, secret: 'sixteen characters' },
      slack: { url: 'http://127.0.0.1:1/x' },
      command: ['/usr/bin/mail', '-s', 'it has died'],
      events: ['recovered'],
      repeatWindowMs: 0,
      giveUpAfterMs: 1,
    },
  },
  {
    admission: { turnBudget: false, priority: false, limit: 'adaptive', adaptiveLimit: { maxLimit: 512 } },
    supervisor: {
      workers: 'auto',
      balancer: { waitMs: 0 },
      detect: { blockedLoop: false, gcDeathSpiral: false, memory: false },
      incidents: false,
    },
    management: { address: false },
  },
];

for (const config of VALID) {
  test(`valid: ${JSON.stringify(config).slice(0, 60)}`, () => {
    assert.deepEqual(checkConfig(config), { ok: true, config });
  });
}

const TCP = tcp('127.0.0.1', 1);
const COUNT = 'must be a whole number of at least 1';
const CLASSES = 'must be one of critical-plus, critical, sheddable-plus, sheddable';
const ROUTE = 'must be a route such as "/path/:id" or "POST /path/*"';
const RATIO = 'must be a number from 0 to 1';
const ADDRESS = 'must be host:port, :port, a port, unix:/path (up to 103 bytes), or false';

/** What the options' own resolvers refuse too, in the same words. */
const INVALID: readonly (readonly [config: object, problem: string])[] = [
  [{ admission: [] }, 'admission must be an object, got an array'],
  [{ admission: { limit: 0 } }, `admission.limit ${COUNT}, or adaptive, got 0`],
  [{ admission: { limit: 1.5 } }, `admission.limit ${COUNT}, or adaptive, got 1.5`],
  [{ admission: { limit: '5' } }, `admission.limit ${COUNT}, or adaptive, got "5"`],
  [{ admission: { limit: Number.NaN } }, `admission.limit ${COUNT}, or adaptive, got NaN`],
  [
    { admission: { adaptiveLimit: { targetLatencyMs: 0 } } },
    `admission.adaptiveLimit.targetLatencyMs ${COUNT}, got 0`,
  ],
  [{ admission: { bodyBudgetBytes: {} } }, `admission.bodyBudgetBytes ${COUNT}, got an object`],
  [{ admission: { routes: { 'POST /x': 'low' } } }, `admission.routes["POST /x"] ${CLASSES}, got "low"`],
  [{ admission: { turnBudget: { targetMs: 0 } } }, `admission.turnBudget.targetMs ${COUNT}, got 0`],
  [
    { admission: { turnBudget: { intervalMs: 100 } } },
    'admission.turnBudget.intervalMs is not an option; known are targetMs, burstMs, idleCreditMs',
  ],
  [
    { admission: { priority: { identity: 'x user' } } },
    'admission.priority.identity must be the name of a header, got "x user"',
  ],
  [{ admission: { priority: { salt: '' } } }, 'admission.priority.salt must be a text, got ""'],
  [
    { admission: { priority: { reserved: { sheddable: 2 } } } },
    `admission.priority.reserved.sheddable ${RATIO}, got 2`,
  ],
  [
    { admission: { priority: { reserved: { sheddable: 0.6, critical: 0.6 } } } },
    'admission.priority.reserved must be shares that add up to at most 1, got an object',
  ],
  [
    { admission: { priority: { minimumShare: 0.3 } } },
    'admission.priority.minimumShare must be a number from 0 to 0.25, got 0.3',
  ],
  [
    { admission: { signals: { memory: 'on' } } },
    'admission.signals.memory must be true, false or an object, got "on"',
  ],
  [
    { admission: { signals: { 'requests-per-second': true } } },
    'admission.signals.requests-per-second must be false or an object, got true',
  ],
  [
    { admission: { signals: { cpu: { enter: 0.5, exit: 0.9 } } } },
    'admission.signals.cpu.exit must be less than enter (0.5), got 0.9',
  ],
  [
    { admission: { signals: { cpu: { enter: 0.5, exit: -1 } } } },
    'admission.signals.cpu.exit must be a number of at least 0, got -1',
  ],
  [
    { admission: { criticalityHeader: { from: [] } } },
    'admission.criticalityHeader.from must be an array of at least one address, got an array',
  ],
  [
    { admission: { criticalityHeader: { from: ['10.0.0.0/33'] } } },
    'admission.criticalityHeader.from[0] must be an address such as "10.0.0.7" or a network such as "10.0.0.0/8", got "10.0.0.0/33"',
  ],
  [
    { admission: { criticalityHeader: { from: ['::1'], atMost: 'high' } } },
    `admission.criticalityHeader.atMost ${CLASSES}, got "high"`,
  ],
  [{ admission: { exemptLimit: -1 } }, 'admission.exemptLimit must be a whole number of at least 0, got -1'],
  [
    { admission: { statuses: { sheddable: 500 } } },
    'admission.statuses.sheddable must be 429 or 503, got 500',
  ],
  [{ admission: { routes: { x: 'critical' } } }, `admission.routes["x"] ${ROUTE}, got "x"`],
  [{ admission: { routes: { '/x': ['critical'] } } }, `admission.routes["/x"] ${CLASSES}, got an array`],
  [
    { admission: { routes: { '/x': { criticality: 'low' } } } },
    `admission.routes["/x"].criticality ${CLASSES}, got "low"`,
  ],
  [
    { admission: { routes: { '/x': { cost: 0 } } } },
    'admission.routes["/x"].cost must be a number greater than 0, got 0',
  ],
  [
    { admission: { routes: { '/x': { cost: Infinity } } } },
    'admission.routes["/x"].cost must be a number greater than 0, got Infinity',
  ],
  [
    { admission: { routes: { '/x': { deadlineMs: 0.5 } } } },
    `admission.routes["/x"].deadlineMs ${COUNT}, got 0.5`,
  ],
  [
    { admission: { routes: { '/x': { costly: 'yes' } } } },
    'admission.routes["/x"].costly must be true or false, got "yes"',
  ],
  [
    { admission: { routes: { '/x': { criticality: 'critical', costly: true } } } },
    'admission.routes["/x"].criticality must be left out beside costly, got "critical"',
  ],
  [
    { admission: { routes: { '/x': { exempt: true, cost: 2 } } } },
    'admission.routes["/x"].exempt must be left out beside cost, got true',
  ],
  [
    { admission: { routes: { '/x': { price: 2 } } } },
    'admission.routes["/x"].price is not an option; known are criticality, interactive, costly, clientRetries, cost, deadlineMs, exempt',
  ],
  [{ admission: { defaultCriticality: 'high' } }, `admission.defaultCriticality ${CLASSES}, got "high"`],
  [{ admission: { thresholds: { sheddable: 85 } } }, `admission.thresholds.sheddable ${RATIO}, got 85`],
  [
    { admission: { thresholds: { 'critical-plus': -1 } } },
    `admission.thresholds.critical-plus ${RATIO}, got -1`,
  ],
  [
    { admission: { thresholds: { low: 1 } } },
    'admission.thresholds.low is not an option; known are critical-plus, critical, sheddable-plus, sheddable',
  ],
  [{ admission: { exempt: ['/a', 'b'] } }, `admission.exempt[1] ${ROUTE}, got "b"`],
  [{ admission: { dryRun: 'yes' } }, 'admission.dryRun must be true or false, got "yes"'],
  [
    { admission: { limits: 5 } },
    'admission.limits is not an option; known are limit, adaptiveLimit, bodyBudgetBytes, routes, defaultCriticality, thresholds, turnBudget, priority, signals, criticalityHeader, statuses, exempt, exemptLimit, loadReport, shedResponse, quarantine, hints, costs, dryRun',
  ],
  [{ health: { readyShare: 2 } }, `health.readyShare ${RATIO}, got 2`],
  [{ health: { indicator: {} } }, 'health.indicator is not an option; known are indicators, readyShare'],
  [
    { health: { indicators: { '9x': { check: TCP } } } },
    'health.indicators.9x must be a name of letters, digits, - and _, at most 63, a letter first, got "9x"',
  ],
  [
    { health: { indicators: { workers: { check: TCP } } } },
    'health.indicators.workers must be another name: Respite has a part of that name, got "workers"',
  ],
  [
    { health: { indicators: { db: { check: 'tcp' } } } },
    'health.indicators.db.check must be a check, such as disk() or custom(async () => …) of \'respite/health\', got "tcp"',
  ],
  [
    { health: { indicators: { db: { check: TCP, groups: 'ready' } } } },
    'health.indicators.db.groups must be an array of names, got "ready"',
  ],
  [
    { health: { indicators: { db: { check: TCP, groups: ['a b'] } } } },
    'health.indicators.db.groups[0] must be a name of letters, digits, - and _, at most 63, a letter first, got "a b"',
  ],
  [
    { health: { indicators: { db: { check: TCP, groups: ['ready', 'live'] } } } },
    'health.indicators.db.groups[1] must be left out: what is outside of this machine must not decide about liveness, got "live"',
  ],
  [
    { health: { indicators: { db: { check: TCP, timeoutMs: 0 } } } },
    `health.indicators.db.timeoutMs ${COUNT}, got 0`,
  ],
  [
    { health: { indicators: { db: { check: TCP, slowMs: 0 } } } },
    'health.indicators.db.slowMs must be a number greater than 0, got 0',
  ],
  [
    { health: { indicators: { db: { check: TCP, critical: 1 } } } },
    'health.indicators.db.critical must be true or false, got 1',
  ],
  [
    { health: { indicators: { db: { check: TCP, every: 1 } } } },
    'health.indicators.db.every is not an option; known are check, groups, critical, intervalMs, timeoutMs, slowMs, failures, successes',
  ],
  [
    { supervisor: { listeningCopies: 257 } },
    'supervisor.listeningCopies must be a whole number from 1 to 256, got 257',
  ],
  [
    { supervisor: { drainTimeoutMs: -1 } },
    'supervisor.drainTimeoutMs must be a whole number of at least 0, got -1',
  ],
  [
    { supervisor: { killTimeoutMs: '1s' } },
    'supervisor.killTimeoutMs must be a whole number of at least 0, got "1s"',
  ],
  [
    { supervisor: { startTimeoutMs: 1e12 } },
    'supervisor.startTimeoutMs must be a time of at most 2000000000 ms (23 days), got 1000000000000',
  ],
  [{ supervisor: { startTimeoutMs: 0 } }, `supervisor.startTimeoutMs ${COUNT}, got 0`],
  [
    { supervisor: { detect: { gcDeathSpiral: { warnShare: 2 } } } },
    `supervisor.detect.gcDeathSpiral.warnShare ${RATIO}, got 2`,
  ],
  [
    { supervisor: { detect: { blockedLoop: { killMs: 499 } } } },
    'supervisor.detect.blockedLoop.killMs must be a whole number of at least 500, got 499',
  ],
  [
    { supervisor: { incidents: { countLimit: 0 } } },
    'supervisor.incidents.countLimit must be a whole number of at least 1, got 0',
  ],
  [{ supervisor: { incidents: { directory: '' } } }, 'supervisor.incidents.directory must be a text, got ""'],
  [
    { supervisor: { detect: { blockedLoop: { after: 499 } } } },
    'supervisor.detect.blockedLoop.after is not an option; known are unreadyMs, evidenceMs, killMs',
  ],
  [
    { supervisor: { detect: { stuckRequests: { afterMs: 1999 } } } },
    'supervisor.detect.stuckRequests.afterMs must be a whole number of at least 2000, got 1999',
  ],
  [
    { supervisor: { detect: { memoryLeak: { windowMs: 999 } } } },
    'supervisor.detect.memoryLeak.windowMs must be a whole number of at least 1000, got 999',
  ],
  [
    { supervisor: { detect: { descriptors: { share: 2 } } } },
    `supervisor.detect.descriptors.share ${RATIO}, got 2`,
  ],
  [{ supervisor: { heapMb: 15 } }, 'supervisor.heapMb must be a whole number of at least 16, got 15'],
  [
    { supervisor: { worker: 1 } },
    'supervisor.worker is not an option; known are workers, standby, listeningCopies, drainTimeoutMs, killTimeoutMs, startTimeoutMs, deployTimeoutMs, ready, listens, warmUp, stableMs, trialMs, fallbackResponder, heapMb, nodeArgs, shareExclusive, sticky, balancer, detect, incidents, fleet',
  ],
  [
    { supervisor: { fleet: { client: 'redis://h', name: 'x' } } },
    'supervisor.fleet.client must be a client of ioredis, iovalkey or node-redis, got "redis://h"',
  ],
  [
    { supervisor: { fleet: { client: { call: () => {} }, name: 'a b' } } },
    'supervisor.fleet.name must be a name of letters, digits, ".", "_" and "-", got "a b"',
  ],
  [
    { supervisor: { fleet: { client: { call: () => {} }, name: 'x', share: 34 } } },
    `supervisor.fleet.share ${RATIO}, got 34`,
  ],
  [
    { supervisor: { fleet: { client: { call: () => {} }, name: 'x', leaseMs: 999 } } },
    'supervisor.fleet.leaseMs must be a whole number of at least 1000, got 999',
  ],
  [
    { supervisor: { balancer: { checkFailures: 2 } } },
    `supervisor.balancer.checkIntervalMs ${COUNT}, got undefined`,
  ],
  [
    { supervisor: { balancer: { checkIntervalMs: 1000, waitMs: 5 } } },
    'supervisor.balancer.waitMs must be left out where the checks are given, got 5',
  ],
  [
    { supervisor: { balancer: { wait: 1 } } },
    'supervisor.balancer.wait is not an option; known are checkIntervalMs, checkFailures, waitMs',
  ],
  [{ supervisor: { balancer: 5 } }, 'supervisor.balancer must be an object, got 5'],
  [{ management: { address: 'nowhere' } }, `management.address ${ADDRESS}, got "nowhere"`],
  [{ management: { address: true } }, `management.address ${ADDRESS}, got true`],
  [
    { management: { token: 'two words' } },
    'management.token must be a string of visible characters without spaces',
  ],
  [{ notify: { webhook: { url: 'secret' } } }, 'notify.webhook.url must be an http or https URL'],
  [{ notify: { heartbeat: { url: 'secret' } } }, 'notify.heartbeat.url must be an http or https URL'],
  [
    { notify: { webhook: { url: 'http://h', headers: { a: 1 } } } },
    'notify.webhook.headers must be an object of header names and texts',
  ],
  [
    { notify: { webhook: { url: 'http://h', secret: 'short' } } },
    'notify.webhook.secret must be whsec_ and base64, or a text of at least 16 characters',
  ],
  [
    { notify: { webhook: { url: 'http://h', timeoutMs: 60_001 } } },
    'notify.webhook.timeoutMs must be a whole number from 1 to 60000, got 60001',
  ],
  [{ notify: { slack: { url: 'file:///x' } } }, 'notify.slack.url must be an http or https URL'],
  [
    { notify: { command: 'mail' } },
    'notify.command must be an array of texts, the executable first, got "mail"',
  ],
  [
    { notify: { events: ['closed'] } },
    'notify.events must be an array of opened, recovered, unresolved, got an array',
  ],
  [
    { notify: { email: 1 } },
    'notify.email is not an option; known are webhook, slack, command, heartbeat, events, repeatWindowMs, giveUpAfterMs',
  ],
  [
    { management: { port: 1 } },
    'management.port is not an option; known are address, token, scriptMetrics, agentCheck',
  ],
];

for (const [config, problem] of INVALID) {
  test(`invalid: ${problem}`, () => {
    assert.deepEqual(checkConfig(config), { ok: false, problems: [problem] });
    assert.throws(
      () => {
        const { admission, supervisor, health, management, notify } = config as Record<string, never>;
        resolveAdmissionOptions(admission);
        resolveSupervisorOptions(supervisor);
        resolveHealthOptions(health);
        resolveManagementOptions(management);
        resolveNotifyOptions(notify);
      },
      { message: problem },
    );
  });
}
