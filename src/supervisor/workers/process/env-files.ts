// Node.js's options for environment files. The supervisor reads these files and gives workers the variables: Node.js would read a file at each
// start of a process, so a worker that replaces a dead one could get other variables than the rest.

const OPTION = /^--env-file(-if-exists)?(?:=(.*))?$/;

export interface EnvFile {
  /** As it was given; relative to the working directory. */
  readonly path: string;
  /** It may be missing. */
  readonly isOptional: boolean;
}

/** Takes the environment files out of Node.js's options. A later file wins over an earlier one. */
export function takeEnvFiles(options: readonly string[]): {
  readonly files: readonly EnvFile[];
  /** The other options. */
  readonly rest: readonly string[];
} {
  const files: EnvFile[] = [];
  const rest: string[] = [];
  for (let at = 0; at < options.length; at += 1) {
    const option = options[at] ?? '';
    const found = OPTION.exec(option);
    if (found === null) {
      rest.push(option);
      continue;
    }
    const [, optional, value] = found;
    if (value === undefined) at += 1;
    const path = value ?? options[at];
    if (path !== undefined) files.push({ path, isOptional: optional !== undefined });
  }
  return { files, rest };
}
