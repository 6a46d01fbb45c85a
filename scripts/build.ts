// Builds dist/ from src/ with plain tsc, from scratch, so that nothing of an older build is ever published.
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, rmSync } from 'node:fs';

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
chmodSync('dist/cli/bin.js', 0o755);
