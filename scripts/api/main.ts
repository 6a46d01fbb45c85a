// Writes the API reference: node scripts/api/main.ts
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pagesOf } from './page.ts';
import { surface } from './surface.ts';

const folder = path.resolve(import.meta.dirname, '../../docs/reference/api');
const pages = pagesOf(surface());

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (const [file, text] of pages) writeFileSync(path.join(folder, file), text);
