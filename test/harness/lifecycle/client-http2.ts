// The client of the lifecycle matrix over HTTP/2: node:http2's own, on a connection that can hold its packets back.
import http2 from 'node:http2';
import { setImmediate as turn } from 'node:timers/promises';
import type { End } from '../pair.ts';
import type { Answer } from './answers.ts';
import { type Case, hasBody } from './cases.ts';
import type { Played, Stage } from './stage.ts';

/** nghttp2 and the streams below it take some iterations of the event loop to write what a client has sent. */
const TURNS_TO_WRITE = 4;

export async function written(): Promise<void> {
  for (let i = 0; i < TURNS_TO_WRITE; i += 1) await turn();
}

export async function openSession(
  connection: End,
  initialWindowSize: number,
): Promise<http2.ClientHttp2Session> {
  const session = http2.connect('http://x', {
    createConnection: () => connection,
    settings: { initialWindowSize },
  });
  session.on('error', () => {});
  await new Promise((resolve) => session.once('remoteSettings', resolve));
  await written();
  return session;
}

export async function playHttp2(of: Case, connection: End, stage: Stage): Promise<Played> {
  const { behaviour, state, shape } = of;
  // Without a window the body of a refusal waits in the server until the reset.
  const reads = !behaviour.endsWith('during') || state === 'admitted';
  const session = await openSession(connection, reads ? 65_535 : 0);
  stage.onDrain(() => session.close());
  if (behaviour.endsWith('before')) connection.hold();
  const stream = session.request(
    {
      ':path': '/',
      ':method': hasBody(of) ? 'POST' : shape,
      ...(shape === 'POST with length' ? { 'content-length': stage.body.length } : {}),
    },
    { endStream: !hasBody(of) },
  );
  stream.on('error', () => {}).on('aborted', () => {});
  const answer = answerOf(stream);
  // In memory a body that comes in the packet of its head reaches the stream before its handler does.
  if (!behaviour.endsWith('before')) await written();
  if (hasBody(of)) {
    if (behaviour === 'waits' || behaviour === 'half-closes') stream.end(stage.body);
    else stream.write(state === 'overrun' ? stage.body : stage.body.slice(0, stage.body.length / 2));
  }

  const leave = async (): Promise<void> => {
    if (behaviour.startsWith('drops')) connection.reset();
    else stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR);
    await written();
  };

  if (behaviour.endsWith('before')) {
    await written();
    if (behaviour.startsWith('resets')) stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR);
    await written();
    connection.flush();
    if (behaviour.startsWith('drops')) connection.reset();
    await written();
    return {};
  }
  if (behaviour.endsWith('during')) {
    await stage.decided();
    await stage.drain();
    await written();
    await leave();
    return {};
  }
  if (behaviour === 'half-closes') {
    await written();
    connection.end();
    await stage.drain();
    await written();
    return {};
  }
  await stage.drain();
  let settled: { answer: Answer | undefined } | undefined;
  void answer.then((got) => (settled = { answer: got }));
  await stage.until('an answer', () => settled !== undefined);
  if (behaviour === 'waits') await closed(session, stage);
  else await leave();
  return settled?.answer === undefined ? {} : { answer: settled.answer, rest: '' };
}

/** Ends a session in order. Where the server has left one of its streams open the session stays open too. */
async function closed(session: http2.ClientHttp2Session, stage: Stage): Promise<void> {
  session.close();
  await stage.until('the end of the session', () => session.destroyed);
  await written();
}

/** Undefined when the stream closes without an answer. */
async function answerOf(stream: http2.ClientHttp2Stream): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    let status = 0;
    let headers = new Map<string, string>();
    let body = '';
    stream.setEncoding('latin1').on('data', (text: string) => (body += text));
    stream.on('response', (received) => {
      status = received[':status'] ?? 0;
      headers = new Map(Object.entries(received).map(([name, value]) => [name, String(value)]));
    });
    const done = (): void => resolve(status === 0 ? undefined : { status, headers, body });
    stream.on('end', done).on('close', done);
  });
}
