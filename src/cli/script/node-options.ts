/** Options of Node.js whose value may be the next word: `--import tsx`. Of the others `=` joins the two, or they have none. */
const WITH_VALUE: ReadonlySet<string> = new Set([
  '-C',
  '--conditions',
  '--diagnostic-dir',
  '--disable-warning',
  '--dns-result-order',
  '--env-file',
  '--env-file-if-exists',
  '--experimental-loader',
  '--icu-data-dir',
  '--import',
  '--loader',
  '--openssl-config',
  '-r',
  '--redirect-warnings',
  '--require',
  '--title',
  '--unhandled-rejections',
]);

/** Splits what stands after `node` into its options, and the script with its arguments. */
export function splitNodeOptions(words: readonly string[]): {
  readonly options: readonly string[];
  readonly rest: readonly string[];
} {
  let at = 0;
  while (words[at]?.startsWith('-') === true && words[at] !== '--')
    at += WITH_VALUE.has(words[at] ?? '') ? 2 : 1;
  return { options: words.slice(0, at), rest: words.slice(words[at] === '--' ? at + 1 : at) };
}
