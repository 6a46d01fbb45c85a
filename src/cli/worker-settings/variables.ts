import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { processRedaction } from '../../core/redact.ts';
import { secretValues } from '../../core/secrets.ts';
import type { EnvFile } from '../../supervisor/index.ts';
import { usageError } from '../usage.ts';

/** Variables in place of the supervisor's own; undefined removes one. */
export type Variables = Readonly<Record<string, string | undefined>>;

/**
 * What environment files say, beside the environment that Respite was started with. As with Node.js, a variable of that environment wins over
 * one of a file.
 */
export class EnvFileVariables {
  readonly #environment: NodeJS.ProcessEnv;
  /** Names of variables that Respite was started with. */
  readonly #given: ReadonlySet<string>;
  /** Names of variables that came from files and are in the supervisor's own environment. */
  readonly #adopted = new Set<string>();

  /** @param environment The supervisor's, before any file was read. */
  constructor(environment: NodeJS.ProcessEnv) {
    this.#environment = environment;
    this.#given = new Set(Object.keys(environment));
  }

  /** Puts the variables of files into the supervisor's environment. */
  adopt(files: readonly EnvFile[], directory: string): void {
    for (const [name, value] of Object.entries(this.read(files, directory))) {
      this.#environment[name] = value;
      this.#adopted.add(name);
    }
  }

  /**
   * Reads files as they are now. Throws a usage error that names the file that is missing or can't be read.
   *
   * @param directory What relative paths start from.
   */
  read(files: readonly EnvFile[], directory: string): Variables {
    const found = Object.assign({}, ...files.map((file) => parse(file, directory))) as NodeJS.Dict<string>;
    // The supervisor hides secrets in logs and reports, and these are only in the environment of workers.
    processRedaction().learn(secretValues(found));
    const variables: Record<string, string | undefined> = {};
    // What is in none of the files any more.
    for (const name of this.#adopted) variables[name] = undefined;
    for (const [name, value] of Object.entries(found)) if (!this.#given.has(name)) variables[name] = value;
    return variables;
  }
}

function parse(file: EnvFile, directory: string): NodeJS.Dict<string> {
  const name = path.resolve(directory, file.path);
  try {
    return parseEnv(readFileSync(name, 'utf8'));
  } catch (error) {
    if (file.isOptional && (error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw usageError(
      `cannot read the environment file ${name}: ${error instanceof Error ? error.message : String(error)}`,
      error,
    );
  }
}
