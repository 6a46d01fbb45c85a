/** What the kernel still holds of what a connection was given, unsent or not acknowledged; NaN when it can't be asked. */
type SendQueueBytes = (fd: number) => number;

/** What this process knows of its kernel. Empty until the functions for it have been loaded. */
class KernelView {
  /** Set once it can be asked. */
  ask: SendQueueBytes | undefined;

  sendQueueBytes(fd: number): number {
    return this.ask === undefined || fd < 0 ? NaN : this.ask(fd);
  }
}

/** One for the process. */
export const kernelView: KernelView = new KernelView();
