// A body of which the beginning and the end are stored, and what is between them comes from the origin.
import { closeBytes } from '../../http/close-bytes.ts';

/** Bytes of a piece of what is stored, copied as it is read. */
const PIECE_BYTES = 64 * 1024;

/** @param bytes Of the middle. With any other number of them the body breaks off, as what follows would be wrong. */
export function joinedBody(
  before: Uint8Array,
  middle: ReadableStream<Uint8Array> | null,
  bytes: number,
  after: Uint8Array,
): ReadableStream<Uint8Array> {
  const source = middle?.getReader();
  const pieces = piecesOf(before, source, bytes, after);
  return new ReadableStream(
    {
      type: 'bytes',
      pull: async (controller) => {
        const next = await pieces.next();
        if (next.done === true) closeBytes(controller);
        else controller.enqueue(next.value);
      },
      cancel: async (reason) => {
        await source?.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

async function* piecesOf(
  before: Uint8Array,
  source: ReadableStreamDefaultReader<Uint8Array> | undefined,
  bytes: number,
  after: Uint8Array,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  yield* copiesOf(before);
  let received = 0;
  for (;;) {
    const next = await source?.read();
    if (next === undefined || next.done) break;
    received += next.value.byteLength;
    if (received > bytes) break;
    if (next.value.byteLength > 0) yield new Uint8Array(next.value);
  }
  if (received !== bytes) {
    const error = new Error(`the origin sent ${received} bytes or more of a part of ${bytes}`);
    await source?.cancel(error).catch(() => {});
    throw error;
  }
  yield* copiesOf(after);
}

/** The store's bytes must not get into other hands. */
function* copiesOf(stored: Uint8Array): Generator<Uint8Array<ArrayBuffer>, void> {
  for (let at = 0; at < stored.byteLength; at += PIECE_BYTES)
    yield new Uint8Array(stored.subarray(at, at + PIECE_BYTES));
}
