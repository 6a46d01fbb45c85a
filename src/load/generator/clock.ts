// The monotonic clock that all threads of a process share, in milliseconds (`performance.now()` begins anew in each thread).

export function sharedNow(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** `performance.now()` of this thread, when the shared clock shows `sharedMs`. */
export function toLocal(sharedMs: number): number {
  return sharedMs - sharedNow() + performance.now();
}
