// The files for service managers that users copy, held against what `respite init` writes and what the command line takes.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { parseDocument } from 'yaml';
import { dockerfile, dockerignore, systemdUnit } from '../../src/cli/prepare/templates.ts';
import { resolveSupervisorOptions } from '../../src/supervisor/instance/options.ts';

const DEFAULTS = resolveSupervisorOptions();

function deployed(file: string): string {
  return readFileSync(path.resolve(import.meta.dirname, '../../deploy', file), 'utf8');
}

test('deploy/ holds what respite init writes', () => {
  const unit = systemdUnit({ name: 'shop', directory: '/srv/shop', script: 'server.js' });
  assert.equal(deployed('systemd/shop.service'), unit);
  assert.equal(deployed('docker/Dockerfile'), dockerfile({ script: 'server.js' }));
  assert.equal(deployed('docker/.dockerignore'), dockerignore());
});

test('the unit gives a start and a stop more time than Respite takes at most', () => {
  const seconds = (key: string): number =>
    Number(new RegExp(`^${key}=(\\d+)$`, 'm').exec(deployed('systemd/shop.service'))?.[1]);
  const { drainTimeoutMs, killTimeoutMs, startTimeoutMs } = DEFAULTS;
  assert.ok(seconds('TimeoutStopSec') * 1000 > drainTimeoutMs + killTimeoutMs);
  assert.ok(seconds('TimeoutStartSec') * 1000 > startTimeoutMs);
});

interface Compose {
  readonly services: {
    readonly app: { readonly stop_grace_period: string; readonly volumes: readonly string[] };
  };
}

test('the compose file is YAML, and leaves time to stop', () => {
  const document = parseDocument(deployed('docker/compose.yaml'));
  assert.deepEqual([...document.errors, ...document.warnings], []);
  const { app } = (document.toJS() as Compose).services;
  const { drainTimeoutMs, killTimeoutMs } = DEFAULTS;
  assert.ok(Number.parseInt(app.stop_grace_period, 10) * 1000 > drainTimeoutMs + killTimeoutMs);
  const [, volume] = /^VOLUME (.*)$/m.exec(deployed('docker/Dockerfile')) ?? [];
  assert.deepEqual(app.volumes, [`evidence:${volume}`]);
});
