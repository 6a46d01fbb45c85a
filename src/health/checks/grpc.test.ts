// With a server: test/services.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grpc, type GrpcClient } from './grpc.ts';

/** Answers with bytes, or with what it was asked for. */
function answering(answer: Buffer | Error | undefined, target = 'dns:orders:50051') {
  const state = { asked: '', wasCancelled: false };
  const client: GrpcClient = {
    makeUnaryRequest: (method, serialize, deserialize, service, callback) => {
      state.asked = `${method} ${serialize(service).toString('latin1')}`;
      if (answer instanceof Error) callback(answer);
      else if (answer !== undefined) callback(null, deserialize(answer));
      return {
        cancel: () => {
          state.wasCancelled = true;
          callback(new Error('1 CANCELLED'));
        },
      };
    },
    getChannel: () => ({ getTarget: () => target }),
  };
  return { client, state };
}

const { signal } = new AbortController();

test('what the server says of itself or of a service', async () => {
  const serving = answering(Buffer.from([8, 1]));
  assert.deepEqual(await grpc(serving.client).run(signal), { details: { status: 'SERVING' } });
  assert.equal(serving.state.asked, '/grpc.health.v1.Health/Check ');
  const stopped = answering(Buffer.from([8, 2]));
  const found = await grpc(stopped.client, { service: 'a.B' }).run(signal);
  assert.deepEqual(
    [typeof found === 'object' && found.status, stopped.state.asked],
    ['DOWN', '/grpc.health.v1.Health/Check \n\u0003a.B'],
  );
  // A default of Protocol Buffers is not sent.
  const unknown = await grpc(answering(Buffer.alloc(0)).client).run(signal);
  assert.deepEqual(typeof unknown === 'object' && unknown.error, 'it says UNKNOWN');
  const long = answering(Buffer.from([8, 1]));
  await grpc(long.client, { service: 'x'.repeat(200) }).run(signal);
  assert.ok(long.state.asked.endsWith(`\n\u00c8\u0001${'x'.repeat(200)}`));
});

test('a call that fails, and one that is given up', async () => {
  await assert.rejects(grpc(answering(new Error('14 UNAVAILABLE')).client).run(signal), /UNAVAILABLE/);
  const { client, state } = answering(undefined);
  const abort = new AbortController();
  const running = grpc(client).run(abort.signal);
  abort.abort();
  await assert.rejects(Promise.resolve(running), /CANCELLED/);
  assert.equal(state.wasCancelled, true);
});

test('the peer is the address without how it is looked up', () => {
  const peers = ['dns:orders:50051', 'dns:///orders:50051', 'ipv4:10.0.0.1:80', 'orders:50051'].map(
    (target) => grpc(answering(undefined, target).client).peer,
  );
  assert.deepEqual(peers, ['orders:50051', 'orders:50051', '10.0.0.1:80', 'orders:50051']);
});
