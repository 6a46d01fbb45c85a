// The one place that calls the user's code: listeners of channels and subscribers of node:diagnostics_channel.

/** Has something to tell user code. */
export interface Notice {
  deliver(): void;
}

let due: Notice[] = [];

/**
 * Delivers a notice once the code that runs now has returned, in the order asked for. So user code never runs while a channel,
 * a budget or a sweep is in the middle of a change, and what it does there is an operation of its own.
 */
export function notifySoon(notice: Notice): void {
  if (due.length === 0) process.nextTick(deliverAll);
  due.push(notice);
}

/** Calls foreign code; an exception becomes an uncaught one, and the caller goes on. */
export function callSafely(call: () => void): void {
  try {
    call();
  } catch (error) {
    throwSoon(error);
  }
}

/** As node:diagnostics_channel does with what its subscribers throw. */
function throwSoon(error: unknown): void {
  process.nextTick(() => {
    throw error;
  });
}

function deliverAll(): void {
  const notices = due;
  due = [];
  for (const notice of notices) callSafely(() => notice.deliver());
}
