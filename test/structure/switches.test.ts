// The FAQ says how to turn each thing off: with options that there are.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import { checkConfig } from '../../src/cli/config/check.ts';
import { repository } from './sources.ts';

const faq = readFileSync(path.join(repository, 'docs/guide/faq.md'), 'utf8');
const [, section = ''] = /^## How do I turn something off\?$(.*?)^## /ms.exec(faq) ?? [];
const switches = [...section.matchAll(/`([a-z]+: \{[^`]*\})`/g)].map(([, code = '']) => code);

test('each switch of the FAQ is an option that the configuration takes', () => {
  assert.ok(switches.length >= 8, `only ${switches.length} were found`);
  const refused = switches.flatMap((code) => {
    // JSON, so that objects are of this realm.
    const config: unknown = JSON.parse(JSON.stringify(runInNewContext(`({ ${code} })`)));
    const checked = checkConfig(config);
    return checked.ok ? [] : [`${code}: ${checked.problems.join(', ')}`];
  });
  assert.deepEqual(refused, []);
});
