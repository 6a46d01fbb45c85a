const INSPECT = /^--inspect(?:-brk|-wait|-port)?(?:=|$)/;

/**
 * `--inspect-brk=9300` becomes `--inspect=--inspect-brk=9300`. As with `node` a value comes after an equals sign, and the next word is the script;
 * an option with an optional value would take that word.
 *
 * @param hasValue Whether an option of `respite run` takes the next word.
 */
export function inspectFlags(
  args: readonly string[],
  hasValue: (option: string) => boolean,
): readonly string[] {
  if (args[0] !== 'run') return args;
  const all = [...args];
  for (let at = 1; all[at]?.startsWith('-') === true && all[at] !== '--'; at += 1) {
    const option = all[at] ?? '';
    if (INSPECT.test(option)) all[at] = `--inspect=${option}`;
    else if (hasValue(option)) at += 1;
  }
  return all;
}
