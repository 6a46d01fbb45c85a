// Like blocked.mjs, but doesn't come to that while there is a file `stuck` and none `unstuck`.
import { existsSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

while (existsSync('stuck') && !existsSync('unstuck')) await setTimeout(20);
await import('./blocked.mjs');
