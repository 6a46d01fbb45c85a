#!/usr/bin/env node
// Old JavaScript and no static import, so that a Node.js that is too old gets as far as being told so.
const needed = [22, 18];
const found = process.versions.node.split('.').map(Number);
const major = found[0] || 0;
const minor = found[1] || 0;

if (major > 22 || (major === 22 && minor >= 18)) {
  // What was compiled once is kept beside the code, where only those can write who may change the code: the next start takes less.
  // Node.js goes on without where nothing can be written.
  process
    .getBuiltinModule('node:module')
    .enableCompileCache(
      process.getBuiltinModule('node:url').fileURLToPath(new URL('../../.cache/compiled', import.meta.url)),
    );
  import('./main.ts')
    .then(function (cli) {
      return cli.main(process.argv.slice(2));
    })
    .then(
      function (exitCode) {
        process.exit(exitCode);
      },
      function (error) {
        process.stderr.write('respite: ' + String((error && error.message) || error) + '\n');
        process.exit(1);
      },
    );
} else {
  process.stderr.write(
    'respite needs Node.js ' +
      needed.join('.') +
      ' or later, this is ' +
      process.version +
      ' (' +
      process.execPath +
      ')\n',
  );
  process.exit(2);
}
