import { writeSync } from 'node:fs';

/**
 * Writes before it returns, because the process may end right after, and never fails: what would it say, and where?
 *
 * The user's workers share these pipes and make them non-blocking, so a full one is an error; then the text is lost, as
 * it is when the reader is gone. Waiting instead would block the supervisor.
 */
export function write(stream: 'stdout' | 'stderr', text: string): void {
  try {
    writeSync(stream === 'stdout' ? 1 : 2, text);
  } catch {
    // Nowhere left to say it.
  }
}
