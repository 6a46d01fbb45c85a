// One timer for all operations that are under way: they all have the same time, so the first to begin is the first to be late.

/**
 * Time runs in this many parts, one after the other: while this process is busy with something else only one of them passes, and
 * a store is not blamed for answers that this process has not read.
 */
const SLICES = 10;

/** Something under way. */
export interface Deadline<Subject> {
  readonly subject: Subject;
  /** The slice at whose end it is late. */
  readonly dueAt: number;
  isOver: boolean;
  before: Deadline<Subject> | undefined;
  after: Deadline<Subject> | undefined;
}

export class Deadlines<Subject> {
  readonly #sliceMs: number;
  readonly #onLate: (subject: Subject) => void;
  #first: Deadline<Subject> | undefined;
  #last: Deadline<Subject> | undefined;
  /** How many slices have passed. */
  #slices = 0;
  #timer: NodeJS.Timeout | undefined;

  /** Calls `onLate` for what takes longer than `timeoutMs`, by at most a tenth of it. */
  constructor(timeoutMs: number, onLate: (subject: Subject) => void) {
    this.#sliceMs = timeoutMs / SLICES;
    this.#onLate = onLate;
  }

  begin(subject: Subject): Deadline<Subject> {
    // Of a slice that has begun already it is unknown how much is left, so it doesn't count.
    const begun = this.#timer === undefined ? 0 : 1;
    const before = this.#last;
    const dueAt = this.#slices + SLICES + begun;
    const deadline: Deadline<Subject> = { subject, dueAt, isOver: false, before, after: undefined };
    if (before === undefined) this.#first = deadline;
    else before.after = deadline;
    this.#last = deadline;
    this.#timer ??= setTimeout(this.#onSlice, this.#sliceMs);
    return deadline;
  }

  /** False if it was late, or has been ended already. */
  end(deadline: Deadline<Subject>): boolean {
    if (deadline.isOver) return false;
    deadline.isOver = true;
    const { before, after } = deadline;
    if (before === undefined) this.#first = after;
    else before.after = after;
    if (after === undefined) this.#last = before;
    else after.before = before;
    return true;
  }

  readonly #onSlice = (): void => {
    this.#slices += 1;
    // Not ended with each operation, as the next has often begun when it would fire.
    this.#timer = this.#first === undefined ? undefined : setTimeout(this.#onSlice, this.#sliceMs);
    if (this.#isLate(this.#first)) setImmediate(this.#endLate);
  };

  /** What has arrived has been read by now. */
  readonly #endLate = (): void => {
    for (let first = this.#first; this.#isLate(first); first = this.#first) {
      this.end(first);
      this.#onLate(first.subject);
    }
  };

  #isLate(deadline: Deadline<Subject> | undefined): deadline is Deadline<Subject> {
    return deadline !== undefined && deadline.dueAt <= this.#slices;
  }
}
