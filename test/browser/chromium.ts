// The browser of these tests, as Debian has it.
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';

/** Why tests are skipped: on a user's machine a browser may be missing; in CI it must not. */
export const skip: string | false =
  existsSync(executablePath) || process.env['CI'] !== undefined ? false : `no ${executablePath}`;

export async function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath,
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
