// Builds dist/ from src/ from scratch, so that nothing of an older build is ever published: types by tsc, code by rolldown.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { rolldown } from 'rolldown';
import { minify } from 'terser';
import packageJson from '../package.json' with { type: 'json' };
import { LOADED } from './loaded.ts';

/** The console runs in browsers, and has their types instead of Node.js's. */
const BROWSER = 'management/console/browser';

/** Modules that several of these need. One folder below `dist`: see {@link OWN_FILES}. */
const SHARED = 'shared';

/** Tells where all others are, by where it is itself. */
const OWN_FILES = 'own-files';

rmSync('dist', { recursive: true, force: true });
compile('tsconfig.build.json');
compile(`src/${BROWSER}/tsconfig.build.json`);
await bundle();
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

function compile(project: string): void {
  const { status } = spawnSync(`tsc --project ${project}`, { stdio: 'inherit', shell: true });
  if (status !== 0) process.exit(status ?? 1);
}

/**
 * Few files instead of hundreds: a start takes half the time. Code that can be loaded alone is in a file of its own, and no module is
 * in two.
 */
async function bundle(): Promise<void> {
  const imported = Object.values(packageJson.exports)
    .filter((target) => typeof target === 'object')
    .map((target) => target.default.replace(/^\.\/dist\/(.*)\.js$/, '$1'));
  const build = await rolldown({
    input: Object.fromEntries([...imported, ...LOADED].map((name) => [name, `src/${name}.ts`])),
    platform: 'node',
    external: (id) => !id.startsWith('.') && !path.isAbsolute(id),
    // Modules are also imported for being loaded early.
    treeshake: { moduleSideEffects: true },
  });
  await build.write({
    dir: 'dist',
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: `${SHARED}/[name].js`,
    codeSplitting: { groups: [{ name: OWN_FILES, test: /\/core\/own-files\.ts$/ }] },
  });
  await build.close();
  if (!existsSync(`dist/${SHARED}/${OWN_FILES}.js`))
    throw new Error(`${OWN_FILES} is not where it tells places by`);
}
