// Builds dist/ from src/ from scratch, so that nothing of an older build is ever published: types by tsc, code by rolldown.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  globSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { type OutputOptions, rolldown } from 'rolldown';
import { minify } from 'terser';
import packageJson from '../package.json' with { type: 'json' };
import { type Chunk, chunkNames, cycleIn } from './chunks.ts';
import { LOADED, THREAD } from './loaded.ts';

/** The console runs in browsers, and has their types instead of Node.js's. */
const BROWSER = 'management/console/browser';

/** Modules that several of these need. One folder below `dist`: see {@link OWN_FILES}. */
const SHARED = 'shared';

/** Where the supervisor's process begins. */
const STARTS = new Set(['cli/bin', 'supervisor/instance/supervisor']);

/** The types have the others: a process keeps the text of what it has loaded. */
const COMMENTS = { jsdoc: false };

/** Tells where all others are, by where it is itself. */
const OWN_FILES = 'own-files';

rmSync('dist', { recursive: true, force: true });
compile('tsconfig.build.json');
compile(`src/${BROWSER}/tsconfig.build.json`);
await bundle();
await bundleThread();
for (const file of globSync('dist/**/*.{js,cjs}', { exclude: [`dist/${BROWSER}/**`] })) {
  writeFileSync(file, oneByte(readFileSync(file, 'utf8')));
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
  const entries = [...imported, ...LOADED].filter((name) => name !== THREAD);
  const build = await rolldown({
    input: Object.fromEntries(entries.map((name) => [name, `src/${name}.ts`])),
    platform: 'node',
    external: isExternal,
    // Modules are also imported for being loaded early.
    treeshake: { moduleSideEffects: true },
    preserveEntrySignatures: 'allow-extension',
    checks: { ineffectiveDynamicImport: false }, // what is loaded late, but always, is in one file
  });
  const options: OutputOptions = {
    dir: 'dist',
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: `${SHARED}/[name].js`,
    comments: COMMENTS,
  };
  const { output } = await build.generate(options);
  const chunks = output.filter((file) => file.type === 'chunk');
  // Only workers load these, which load the stage's modules before.
  const elsewhere = entries.filter((name) => !name.startsWith('worker/') && !STARTS.has(name));
  const names = chunkNames(chunks, elsewhere, (name) => path.resolve(`src/${name}.ts`));
  const written = await build.write({
    ...options,
    codeSplitting: {
      includeDependenciesRecursively: false,
      groups: [
        { name: OWN_FILES, test: /\/core\/own-files\.ts$/, priority: 1 },
        { name: (id) => names.get(id), debugName: 'loaded at a start' },
      ],
    },
  });
  await build.close();
  refuseCycles(written.output.filter((file) => file.type === 'chunk'));
  if (!existsSync(`dist/${SHARED}/${OWN_FILES}.js`))
    throw new Error(`${OWN_FILES} is not where it tells places by`);
}

/** In a cycle of files, which of them is evaluated first depends on who loads them: what one defines may not be there yet. */
function refuseCycles(chunks: readonly Chunk[]): void {
  const cycle = cycleIn(chunks);
  if (cycle !== undefined) throw new Error(`files that need each other: ${cycle.join(' → ')}`);
}

async function bundleThread(): Promise<void> {
  const build = await rolldown({ input: `src/${THREAD}.ts`, platform: 'node', external: isExternal });
  await build.write({ file: `dist/${THREAD}.cjs`, format: 'cjs', comments: COMMENTS });
  await build.close();
}

function isExternal(id: string): boolean {
  return !id.startsWith('.') && !path.isAbsolute(id);
}

/**
 * Writes characters outside of Latin-1 as escapes: V8 keeps a source with any of them in two bytes for each character, for as long as the process
 * lives. Strings, templates, regular expressions and names mean the same with escapes.
 */
function oneByte(code: string): string {
  if (/String\.raw`[^`]*[\u0100-\uffff]|\\[\u0100-\uffff]/.test(code))
    throw new Error('an escape would not mean the character that it stands for');
  return code.replaceAll(
    /[\u0100-\uffff]/g,
    (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
