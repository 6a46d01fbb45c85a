// The browser of these tests, as Debian has it.
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { lacks, locate } from '../harness/programs.ts';

/** A Chromium elsewhere than where Debian has it. */
const chosen = process.env['CHROMIUM_PATH'];

/** Why the tests are skipped: there is no browser. */
export const skip: string | false =
  chosen === undefined
    ? lacks('chromium')
    : !existsSync(chosen) && `needs the browser ${chosen} of CHROMIUM_PATH`;

export async function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: chosen ?? locate('chromium') ?? '',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
