import { writeSync } from 'node:fs';
import { secretValues } from '../core/secrets.ts';

/** Values of secrets that the user's code has put into the environment, by dotenv for one; the supervisor redacts them in all text. */
export interface SecretsMessage {
  readonly kind: 'secrets';
  readonly values: readonly string[];
}

/** Maximum length of a line, in characters: the kernel mixes longer ones with those of the watchdog thread. A longer value is left out. */
const MAX_LINE = 4000;

/** Tells the supervisor secrets that it does not have in its own environment. They are in no file, and in no other process. */
export class LoadedSecrets {
  readonly #write: (line: string) => void;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #told: Set<string>;

  /** To be made before the user's code runs: the supervisor has given what is in the environment by then. @param descriptor The watchdog's pipe. */
  constructor(
    descriptor: number,
    write: (line: string) => void = (line) => void writeSync(descriptor, line),
    environment: NodeJS.ProcessEnv = process.env,
  ) {
    this.#write = write;
    this.#environment = environment;
    this.#told = new Set(secretValues(environment));
  }

  /** Tells what is new since the last call. What can't be told, because the pipe is full, is told the next time. Never throws. */
  tell(): void {
    for (const value of secretValues(this.#environment)) {
      if (this.#told.has(value)) continue;
      const message: SecretsMessage = { kind: 'secrets', values: [value] };
      const line = `${JSON.stringify(message)}\n`;
      try {
        if (line.length <= MAX_LINE) this.#write(line);
      } catch {
        return;
      }
      this.#told.add(value);
    }
  }
}
