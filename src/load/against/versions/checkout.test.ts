import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { createRepository } from './fake-repository.test.ts';
import { type Checkout, checkOut, findRepository } from './checkout.ts';
import { Keeper } from './keeper.ts';

const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'respite-unit-')));
const root = path.join(folder, 'repository');
const keeper = new Keeper([], undefined);
after(async () => {
  await keeper.close();
  rmSync(folder, { recursive: true });
});

mkdirSync(path.join(root, 'app'), { recursive: true });
const git = createRepository(root);
writeFileSync(path.join(root, '.gitignore'), 'node_modules\n');
writeFileSync(path.join(root, 'app/server.js'), 'old');
writeFileSync(path.join(root, 'package-lock.json'), '{}');
git('add', '.');
git('commit', '--quiet', '--message', 'old');
writeFileSync(path.join(root, 'app/server.js'), 'new');

let made = 0;
async function checkOutMain(
  given: { ref?: string; setup?: string; directory?: string } = {},
): Promise<Checkout> {
  made += 1;
  return checkOut({
    repository: await findRepository(given.directory ?? path.join(root, 'app')),
    ref: given.ref ?? 'main',
    folder: path.join(folder, `worktree-${made}`),
    setup: given.setup,
    keeper,
    signal: new AbortController().signal,
  });
}

const worktrees = (): number => git('worktree', 'list').split('\n').length;

test('the same folder of another version, which leaves nothing behind', async () => {
  const { directory, commit, remove } = await checkOutMain();
  assert.equal(path.basename(directory), 'app');
  assert.equal(readFileSync(path.join(directory, 'server.js'), 'utf8'), 'old');
  assert.equal(commit, git('rev-parse', '--short', 'main'));
  await remove();
  assert.ok(!existsSync(directory));
  assert.equal(worktrees(), 1);
  assert.equal(git('status', '--porcelain'), 'M app/server.js');
});

test('the setup runs in that folder; one that fails says what it wrote, and leaves nothing behind', async () => {
  const { directory, remove } = await checkOutMain({ setup: 'pwd > where' });
  assert.equal(readFileSync(path.join(directory, 'where'), 'utf8'), `${directory}\n`);
  await remove();
  await assert.rejects(checkOutMain({ setup: 'echo no such package; exit 3' }), {
    code: 'RESPITE_LOAD_VERSION',
    message: /ended with exit code 3:\nno such package/,
  });
  assert.equal(worktrees(), 1);
});

test('a commit that does not exist is named, with what to do in continuous integration', async () => {
  await assert.rejects(checkOutMain({ ref: 'nonsense' }), {
    code: 'RESPITE_LOAD_OPTIONS',
    message: /'nonsense'.*fetch/,
  });
  await assert.rejects(checkOutMain({ ref: '--help' }), { code: 'RESPITE_LOAD_OPTIONS' });
});

test('outside of a repository git says so', async () => {
  await assert.rejects(checkOutMain({ directory: folder }), {
    code: 'RESPITE_LOAD_OPTIONS',
    message: /not a git repository/,
  });
});

test('without a setup the packages are the current ones, where they are the same', async (t) => {
  const modules = path.join(root, 'node_modules');
  mkdirSync(path.join(modules, 'left-pad'), { recursive: true });
  t.after(() => rmSync(modules, { recursive: true }));
  const { directory, remove } = await checkOutMain();
  assert.equal(realpathSync(path.join(directory, '../node_modules')), modules);
  await remove();
  assert.ok(existsSync(path.join(modules, 'left-pad')));

  mkdirSync(path.join(modules, '@mine'));
  symlinkSync(path.join(root, 'app'), path.join(modules, '@mine/app'));
  await assert.rejects(checkOutMain(), { code: 'RESPITE_LOAD_OPTIONS', message: /links to app.*--setup/ });
  rmSync(path.join(modules, '@mine'), { recursive: true });

  writeFileSync(path.join(root, 'package-lock.json'), '{"other":1}');
  await assert.rejects(checkOutMain(), {
    code: 'RESPITE_LOAD_OPTIONS',
    message: /package-lock\.json.*--setup/,
  });
  git('checkout', '--quiet', 'package-lock.json');
  assert.equal(worktrees(), 1);
});
