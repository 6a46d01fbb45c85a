// Every way in which a request can begin, go wrong and end, over every transport: the process survives, and nothing stays
// counted. In memory, so that resets come exactly when they should. Also run on the oldest supported versions of Node.js.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import {
  type Case,
  CASES,
  hasBody,
  leavesHttp,
  nameOf,
  seesAnswer,
  TRANSPORTS,
} from '../harness/lifecycle/cases.ts';
import { SERVED } from '../harness/lifecycle/handler.ts';
import { type Played, Stage } from '../harness/lifecycle/stage.ts';

/** Errors that would have ended a process. */
const uncaught: unknown[] = [];
process.on('uncaughtException', (error) => uncaught.push(error));
process.on('unhandledRejection', (reason) => uncaught.push(reason));

/** Iterations of the event loop within which an error without a listener is reported. */
const TURNS_TO_SETTLE = 6;

function assertAnswer(of: Case, { answer, rest }: Played): void {
  if (!seesAnswer(of)) return;
  if (of.state === 'overrun' && of.transport === 'pipelined HTTP/1' && answer === undefined) {
    return; // the responses before it come first, so its connection may be cut instead
  }
  assert.ok(answer !== undefined, 'the connection ended without an answer');
  assert.equal(rest, '', 'bytes after the answer');
  if (of.state === 'admitted' || of.state === 'draining') {
    const status = of.transport === 'upgrade' ? 101 : 200;
    assert.deepEqual(
      [answer.status, answer.body],
      [status, of.shape === 'HEAD' || leavesHttp(of) ? '' : SERVED],
    );
    return;
  }
  assert.equal(answer.status, 503);
  assert.equal(answer.headers.get('respite-shed'), of.state === 'shed' ? 'in-flight' : 'bytes');
  assert.match(answer.headers.get('retry-after') ?? '', /^[1-9]\d*$/);
  if (of.shape === 'HEAD' && !leavesHttp(of)) assert.equal(answer.body, '');
  else assert.notEqual(answer.body, '');
}

/** A shed request never reaches the handler; an upload that was cut off never looks complete to it. */
function assertHandler(of: Case, { handler, body }: Stage): void {
  if (of.state === 'shed') assert.ok(!handler.seen.includes('/'), 'the handler saw a shed request');
  // Where the client itself goes away Node.js may end the body of an HTTP/2 request all the same.
  if (of.state === 'overrun' && seesAnswer(of)) {
    assert.deepEqual(handler.whole, [], 'a body that was cut off ended as a whole one');
  }
  const isWhole = of.behaviour === 'waits' && (of.state === 'admitted' || of.state === 'draining');
  if (isWhole && hasBody(of) && !leavesHttp(of)) assert.deepEqual(handler.whole, [body.length]);
}

async function check(of: Case): Promise<void> {
  uncaught.length = 0;
  const stage = new Stage(of);
  try {
    await stage.fill();
    const played = await stage.play();
    for (let i = 0; i < TURNS_TO_SETTLE; i += 1) await turn();
    assert.deepEqual(uncaught, [], 'an error that ends the process');
    assertAnswer(of, played);
    assertHandler(of, stage);
    assert.deepEqual(await stage.empty(), { inFlight: 0, bytesInFlight: 0, active: 0 });
    if (of.state !== 'draining') assert.equal(await stage.servesAnother(), 200);
    assert.deepEqual(uncaught, [], 'an error that ends the process');
  } finally {
    stage.close();
    for (let i = 0; i < TURNS_TO_SETTLE; i += 1) await turn();
  }
}

for (const transport of TRANSPORTS) {
  describe(transport, () => {
    for (const each of CASES.filter((of) => of.transport === transport)) {
      test(nameOf(each), () => check(each));
    }
  });
}
