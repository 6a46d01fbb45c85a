import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import type { ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { ResponsesOutput, SessionOutput, SocketOutput } from './outputs.ts';

interface FakeSocket {
  writableLength: number;
  _handle: { bytesWritten: number; writeQueueSize: number; fd: number } | null;
}

function fakeSocket(writableLength: number): FakeSocket {
  return { writableLength, _handle: { bytesWritten: writableLength, writeQueueSize: writableLength, fd: 7 } };
}

test('progress inside one large write is seen, where `writableLength` shows none', () => {
  const socket = fakeSocket(64_000_000);
  const output = new SocketOutput(socket as unknown as Socket);
  assert.deepEqual([output.pendingBytes(), output.takenBytes(), output.fd], [64_000_000, 0, 7]);
  socket._handle = { bytesWritten: 64_000_000, writeQueueSize: 63_000_000, fd: 7 };
  assert.deepEqual([output.pendingBytes(), output.takenBytes()], [64_000_000, 1_000_000]);
  socket._handle = null;
  assert.equal(output.takenBytes(), 1_000_000, 'it never goes back');
});

test('what is written past the responses counts too, and what they hold counts once', () => {
  const socket = fakeSocket(1000);
  const responses = new Set<ServerResponse>();
  const output = new ResponsesOutput(socket as unknown as Socket, responses);
  assert.equal(output.pendingBytes(), 1000, 'an upgraded connection has no response');
  responses.add({ socket, writableLength: 1200 } as unknown as ServerResponse);
  responses.add({ socket: null, writableLength: 50 } as unknown as ServerResponse);
  assert.equal(output.pendingBytes(), 1250);
});

test('a session that is destroyed is asked for nothing, and keeps what was seen of it', () => {
  const session = {
    destroyed: false,
    socket: fakeSocket(500) as FakeSocket | undefined,
  };
  const output = new SessionOutput(session as unknown as ServerHttp2Session, new Set());
  if (session.socket !== undefined) session.socket._handle = { bytesWritten: 900, writeQueueSize: 0, fd: 7 };
  assert.deepEqual([output.pendingBytes(), output.takenBytes()], [500, 900]);
  session.destroyed = true;
  session.socket = undefined;
  assert.deepEqual([output.pendingBytes(), output.takenBytes()], [0, 900]);
});
