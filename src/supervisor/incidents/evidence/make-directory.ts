// Directories that appear when they are needed.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';

/**
 * Creates a directory and its parents, where they are missing. Rejects with the system's error.
 *
 * The recursive `mkdir` of Node.js tries forever to create a relative path in a working directory that has been removed, and uses
 * a core meanwhile. A deployment that removes old releases does that to a server.
 *
 * @param mode Of each directory that it creates.
 */
export async function makeDirectory(directory: string, mode: number): Promise<void> {
  try {
    await mkdir(directory, { mode });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    const parent = path.dirname(directory);
    if (code !== 'ENOENT' || parent === directory) throw error;
    await makeDirectory(parent, mode);
    await createOnce(directory, mode);
  }
}

async function createOnce(directory: string, mode: number): Promise<void> {
  try {
    await mkdir(directory, { mode });
  } catch (error) {
    // Another process was first.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
