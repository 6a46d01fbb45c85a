import type { ServerResponse } from 'node:http';
import { requestOf } from '../admission/index.ts';

const kTells: unique symbol = Symbol.for('respite.tells-before-answers');

type WriteHead = (this: ServerResponse, status: number, second?: unknown, third?: unknown) => ServerResponse;

/** What is replaced: `ServerResponse.prototype`. */
interface Answers {
  writeHead: ServerResponse['writeHead'];
  [kTells]?: true;
}

/** Tells each request in flight of HTTP/1 that its answer is about to leave: Node.js calls `writeHead` for each that doesn't. */
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
    requestOf(this)?.answers(this.statusCode);
    return response;
  };
}
