// What the package would hold.

/** Files that belong into the package, besides `dist`. */
const BESIDE: ReadonlySet<string> = new Set(['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md']);

/** What is missing in the files that would be packed, and what does not belong there. */
export function packageFaults(files: readonly string[], wanted: readonly string[]): readonly string[] {
  const packed = new Set(files);
  const missing = [...BESIDE, ...wanted].filter((file) => !packed.has(file));
  const surplus = files.filter(
    (file) => (!file.startsWith('dist/') && !BESIDE.has(file)) || /\.test\.|\bfixtures?\b/.test(file),
  );
  return [
    ...missing.map((file) => `the package would not hold ${file}`),
    ...surplus.map((file) => `the package would hold ${file}`),
  ];
}
