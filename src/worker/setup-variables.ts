import { SETUP_VARIABLE, type WorkerSetup } from './protocol.ts';

/** Maximum length of one part. Linux takes no variable of 128 KiB or more, name included (MAX_ARG_STRLEN, execve(2)). */
const PART_CHARACTERS = 100_000;

const NOT_ASCII = /[^\x20-\x7E]/g;

/**
 * A setup as environment variables, as many as it takes: a configuration may name thousands of routes. `src/worker/preload.ts` puts them
 * together.
 */
export function setupVariables(setup: WorkerSetup): Record<string, string> {
  const json = JSON.stringify(setup);
  // One byte for each character, so that a part has a known size and ends in no pair of surrogates.
  const text = json.replace(
    NOT_ASCII,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  const parts = Math.ceil(text.length / PART_CHARACTERS);
  return Object.fromEntries(
    Array.from({ length: parts }, (_, i) => [
      i === 0 ? SETUP_VARIABLE : `${SETUP_VARIABLE}_${i}`,
      text.slice(i * PART_CHARACTERS, (i + 1) * PART_CHARACTERS),
    ]),
  );
}
