import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LoadedSecrets } from './loaded-secrets.ts';

test('what the user’s code loads is told once, what was there before is not', () => {
  const lines: string[] = [];
  const environment: NodeJS.ProcessEnv = { API_TOKEN: 'inherited-value' };
  const secrets = new LoadedSecrets(0, (line) => lines.push(line), environment);
  secrets.tell();
  environment['SHOP_PASSWORD'] = 'loaded-value';
  environment['COLOR'] = 'no-secret-at-all';
  secrets.tell();
  secrets.tell();
  environment['SHOP_PASSWORD'] = 'changed-value';
  environment['HUGE_KEY'] = 'x'.repeat(5000);
  secrets.tell();
  assert.deepEqual(
    lines.map((line) => JSON.parse(line) as unknown),
    ['loaded-value', 'changed-value'].map((value) => ({ kind: 'secrets', values: [value] })),
  );
});

test('what the pipe has no room for is told the next time', () => {
  const lines: string[] = [];
  const environment: NodeJS.ProcessEnv = {};
  let isFull = true;
  const write = (line: string): void => {
    if (isFull) throw new Error('EAGAIN');
    lines.push(line);
  };
  const secrets = new LoadedSecrets(0, write, environment);
  environment['SHOP_PASSWORD'] = 'loaded-value';
  secrets.tell();
  isFull = false;
  secrets.tell();
  assert.equal(lines.length, 1);
});
