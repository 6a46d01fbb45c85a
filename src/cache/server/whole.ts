// Whether a response that has ended is all of it.

/** A response at its end. */
interface Ended {
  readonly hasClientGone: boolean;
  /** `Content-Length`, if the handler has set it. */
  readonly saidBytes: unknown;
  /** What had come before its last piece. */
  readonly earlierBytes: number;
  readonly lastBytes: number;
}

/**
 * Many handlers end a response as soon as its client has gone: what they have written until then is not all of it. Then only a body that
 * comes at once, or is as long as its handler has said before, is known to be whole.
 */
export function isWhole({ hasClientGone, saidBytes, earlierBytes, lastBytes }: Ended): boolean {
  if (!hasClientGone) return true;
  if (saidBytes !== undefined && saidBytes !== null) return Number(saidBytes) === earlierBytes + lastBytes;
  return earlierBytes === 0 && lastBytes > 0;
}

/** What a body that isn't whole fails with. */
export function clientGone(): Error {
  return new Error('the client has gone before the response was whole');
}

/** A body that fails at its end where it isn't whole. To be called when its handler has answered. */
export function failingUnlessWhole(
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal,
  saidBytes: string | null,
): ReadableStream<Uint8Array> {
  // A body that has begun before does not come at once.
  const hasBegun = !signal.aborted;
  let [earlierBytes, lastBytes] = [0, 0];
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, into) => {
        earlierBytes += lastBytes;
        lastBytes = chunk.byteLength;
        into.enqueue(chunk);
      },
      flush: () => {
        if (hasBegun) [earlierBytes, lastBytes] = [earlierBytes + lastBytes, 0];
        if (!isWhole({ hasClientGone: signal.aborted, saidBytes, earlierBytes, lastBytes }))
          throw clientGone();
      },
    }),
  );
}
