// Builds dist/ from src/ with plain tsc, from scratch, so that nothing of an older build is ever published.
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { minify } from 'terser';

/** The console runs in browsers, and has their types instead of Node.js's. */
const BROWSER = 'management/console/browser';

rmSync('dist', { recursive: true, force: true });
for (const project of ['tsconfig.build.json', `src/${BROWSER}/tsconfig.build.json`]) {
  const { status } = spawnSync(`tsc --project ${project}`, { stdio: 'inherit', shell: true });
  if (status !== 0) process.exit(status ?? 1);
}
for (const file of ['page.html', 'style.css']) {
  copyFileSync(`src/${BROWSER}/${file}`, `dist/${BROWSER}/${file}`);
}
// Each file by itself: what a browser loads is what can be read in src, in fewer bytes.
for (const name of readdirSync(`dist/${BROWSER}`)) {
  if (!name.endsWith('.js')) continue;
  const file = path.join('dist', BROWSER, name);
  const { code = '' } = await minify(readFileSync(file, 'utf8'), { module: true, compress: { passes: 2 } });
  writeFileSync(file, code);
}
chmodSync('dist/cli/bin.js', 0o755);
