import type { ServerResponse } from 'node:http';
import { permitOf } from '../admission/index.ts';

const kTells: unique symbol = Symbol.for('respite.tells-before-answers');

type WriteHead = (this: ServerResponse, status: number, second?: unknown, third?: unknown) => ServerResponse;

/** What is replaced: `ServerResponse.prototype`. */
interface Answers {
  writeHead: ServerResponse['writeHead'];
  [kTells]?: true;
}

/** Tells the permit of each request of HTTP/1 that its answer is about to leave: Node.js calls `writeHead` for each that doesn't. */
export function tellBeforeAnswers(answers: Answers): void {
  if (answers[kTells] === true) return;
  answers[kTells] = true;
  const writeHead = answers.writeHead as WriteHead;
  // Three parameters, as the original has, and no rest: this runs for every request.
  answers.writeHead = function writeHeadAndTell(
    this: ServerResponse,
    status: number,
    second?: unknown,
    third?: unknown,
  ): ServerResponse {
    const response = writeHead.call(this, status, second, third);
    permitOf(this)?.answers(this.statusCode);
    return response;
  };
}
