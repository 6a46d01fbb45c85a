// The client of the lifecycle matrix over HTTP/1: bytes, and nothing that would retry or repair.
import type { End } from '../pair.ts';
import { Answers, type Answer, type Kind } from './answers.ts';
import { type Case, leavesHttp, seesAnswer } from './cases.ts';
import type { Played, Stage } from './stage.ts';

const PARTS = 4;
const EARLY_BYTES = 100;

/** The head of the request, and its body in pieces that each are valid by themselves. */
function requestOf({ transport, shape }: Case, body: string): { head: string; pieces: readonly string[] } {
  if (transport === 'CONNECT') {
    return {
      head: 'CONNECT x:1 HTTP/1.1\r\nHost: x:1\r\n\r\n',
      pieces: shape === 'GET' ? [] : [body.slice(0, EARLY_BYTES)],
    };
  }
  const method = shape === 'chunked POST' || shape === 'POST with length' ? 'POST' : shape;
  const upgrade = transport === 'upgrade' ? 'Connection: Upgrade\r\nUpgrade: echo\r\n' : '';
  const size = Math.ceil(body.length / PARTS);
  const parts = Array.from({ length: PARTS }, (_, i) => body.slice(i * size, (i + 1) * size));
  const start = `${method} / HTTP/1.1\r\nHost: x\r\n${upgrade}`;
  if (shape === 'POST with length') {
    return { head: `${start}Content-Length: ${body.length}\r\n\r\n`, pieces: parts };
  }
  if (shape === 'chunked POST') {
    return {
      head: `${start}Transfer-Encoding: chunked\r\n\r\n`,
      pieces: [...parts.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`), '0\r\n\r\n'],
    };
  }
  return { head: `${start}\r\n`, pieces: [] };
}

const FIRST = 'GET /first HTTP/1.1\r\nHost: x\r\n\r\n';

export async function playHttp1(of: Case, connection: End, stage: Stage): Promise<Played> {
  const { head, pieces } = requestOf(of, stage.body);
  const answers = new Answers(connection);
  const isPipelined = of.transport === 'pipelined HTTP/1';
  const first = isPipelined ? FIRST : '';
  // An overrun needs all of the body; all others leave their upload in the middle.
  const half = of.state === 'overrun' ? pieces : pieces.slice(0, Math.ceil(pieces.length / 2));
  const whole = [first, head, ...pieces].join('');
  const partial = [first, head, ...half].join('');

  const answer = async (): Promise<Answer | undefined> => {
    if (isPipelined) {
      await stage.decided();
      stage.handler.letGo('/first');
      await stage.until('the first response', () => answers.take('plain') !== undefined || answers.ended);
    }
    return stage
      .until(
        'an answer',
        () => answers.take(kindOf(of)) ?? (answers.ended && 'cut'),
        () => answers.received,
      )
      .then((got) => (got === 'cut' ? undefined : got));
  };

  switch (of.behaviour) {
    case 'waits':
    case 'half-closes': {
      connection.write(whole);
      if (of.behaviour === 'half-closes') connection.end();
      await stage.drain();
      if (!seesAnswer(of)) return {};
      const got = await answer();
      if (got !== undefined && got.status < 300 && leavesHttp(of)) {
        return { answer: got, rest: await useTunnel(of, connection, answers, stage) };
      }
      return { answer: got, rest: answers.received };
    }
    case 'resets before':
      connection.write(partial);
      connection.reset();
      return {};
    case 'resets during':
      if (of.state !== 'admitted') connection.stopTaking();
      connection.write(partial);
      await stage.decided();
      await stage.drain();
      connection.reset();
      return {};
    default: {
      connection.write(partial);
      await stage.drain();
      const got = await answer();
      connection.reset();
      return { answer: got, rest: leavesHttp(of) ? '' : answers.received };
    }
  }
}

function kindOf(of: Case): Kind {
  if (leavesHttp(of)) return 'switch';
  return of.shape === 'HEAD' ? 'HEAD' : 'plain';
}

/** Uses the echo of a connection that has left HTTP, and closes it. */
async function useTunnel(
  { transport, shape, behaviour }: Case,
  connection: End,
  answers: Answers,
  stage: Stage,
): Promise<string> {
  if (behaviour === 'waits') connection.write('ping');
  const early = transport === 'CONNECT' && shape !== 'GET' ? stage.body.slice(0, EARLY_BYTES) : '';
  const expected = early + (behaviour === 'waits' ? 'ping' : '');
  await stage.until('the echo', () => answers.received.length >= expected.length);
  connection.end();
  await stage.until('the end of the tunnel', () => answers.ended);
  return answers.received.replace(expected, '');
}
