import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** Where the bodies lie: one gzip file for each message, as Dovecot's zlib plugin keeps them. */
export interface BodyFiles {
  create(): IncomingBody;
  /** The body as it arrived. */
  read(id: string): Readable;
  remove(id: string): Promise<void>;
  /** Removes what processes that died have left behind; `isKnown` says whether the index has a message. */
  sweep(isKnown: (id: string) => boolean): Promise<void>;
}

/** A body on its way in. It either becomes a message's or leaves nothing. */
export interface IncomingBody {
  readonly id: string;
  /** Takes gzip; what it has finished writing is on the disk. */
  readonly file: WriteStream;
  /** From here on it survives a power cut. */
  keep(): Promise<void>;
  discard(): Promise<void>;
}

/** A body file without a row may belong to a delivery that another worker commits this moment. */
const ORPHAN_AGE_MS = 10 * 60_000;

export function openBodyFiles(directory: string): BodyFiles {
  const incoming = join(directory, 'incoming');
  const bodies = join(directory, 'bodies');
  mkdirSync(incoming, { recursive: true });
  mkdirSync(bodies, { recursive: true });
  const bodyPath = (id: string): string => join(bodies, `${id}.gz`);

  return {
    create: () => {
      const id = randomUUID();
      const temporary = join(incoming, `${process.pid}-${id}`);
      const file = createWriteStream(temporary, { flags: 'wx', flush: true });
      return {
        id,
        file,
        keep: async () => {
          await rename(temporary, bodyPath(id));
          // The name is only on the disk when the directory is.
          await syncDirectory(bodies);
        },
        discard: async () => {
          await closed(file.destroy());
          await rm(temporary, { force: true });
          await rm(bodyPath(id), { force: true });
        },
      };
    },
    read: (id) => {
      // Errors reach the reader through the last stream; pipeline closes the file when the reader leaves.
      return pipeline(createReadStream(bodyPath(id)), createGunzip(), () => {});
    },
    remove: (id) => rm(bodyPath(id), { force: true }),
    sweep: async (isKnown) => {
      for (const name of await readdir(incoming)) {
        if (!isAlive(Number.parseInt(name, 10))) await rm(join(incoming, name), { force: true });
      }
      for (const name of await readdir(bodies)) {
        const id = name.slice(0, -'.gz'.length);
        if (!isKnown(id) && (await ageMs(bodyPath(id))) > ORPHAN_AGE_MS)
          await rm(bodyPath(id), { force: true });
      }
    },
  };
}

/** A file that is still being opened would come into being after it was removed. */
async function closed(file: WriteStream): Promise<void> {
  if (!file.closed) await new Promise((resolve) => file.once('close', resolve));
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

async function ageMs(path: string): Promise<number> {
  try {
    return Date.now() - (await stat(path)).mtimeMs;
  } catch {
    return 0; // removed by another worker's sweep
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid)) return false;
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
