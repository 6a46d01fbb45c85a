import type { StackFrame } from './watchdog/index.ts';

/** `    at name (place:1:2)`; a name can have brackets only as `[as other]`. */
const NAMED: RegExp = /^\s+at (?:async )?(.+?) \((.+):(\d+):(\d+)\)$/u;
/** `    at place:1:2` */
const NAMELESS: RegExp = /^\s+at (?:async )?()(.+):(\d+):(\d+)$/u;

/** The frames of V8's `error.stack`; lines that name no place are left out, and so is the message above them. */
export function parseStack(stack: string): StackFrame[] {
  return stack.split('\n').flatMap((line): StackFrame[] => {
    const [, functionName = '', url, row, column] = NAMED.exec(line) ?? NAMELESS.exec(line) ?? [];
    return url === undefined ? [] : [{ functionName, url, line: Number(row), column: Number(column) }];
  });
}
