/** Ends a stream of bytes, also for a reader that waits with a buffer of its own. */
export function closeBytes(into: ReadableByteStreamController): void {
  into.close();
  into.byobRequest?.respond(0);
}
