import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IdentitySockets } from './identity-sockets.ts';

test('the next worker of an identity is to listen where those before it did, not where those of other identities do', () => {
  const sockets = new IdentitySockets();
  sockets.listens({ identity: 1, id: 1 }, 'app');
  sockets.listens({ identity: 1, id: 1 }, 'metrics 1');
  assert.deepEqual(sockets.expected(2, ['app', 'metrics 1']), ['app', 'metrics 1'], 'nothing is known of it');
  sockets.listens({ identity: 2, id: 2 }, 'app');
  sockets.listens({ identity: 2, id: 2 }, 'metrics 2');
  const held = ['app', 'metrics 1', 'metrics 2'];
  assert.deepEqual(sockets.expected(1, held), ['app', 'metrics 1']);
  assert.deepEqual(sockets.expected(2, held), ['app', 'metrics 2']);
});

test('a server that the script has closed is not expected again, one that its successor has taken over is', () => {
  const sockets = new IdentitySockets();
  sockets.listens({ identity: 1, id: 1 }, 'app');
  sockets.listens({ identity: 1, id: 1 }, 'admin');
  sockets.closed({ identity: 1, id: 1 }, 'admin');
  assert.deepEqual(sockets.expected(1, ['app', 'admin']), ['app']);
  sockets.listens({ identity: 1, id: 2 }, 'app');
  sockets.closed({ identity: 1, id: 1 }, 'app');
  assert.deepEqual(sockets.expected(1, ['app', 'admin']), ['app']);
});

test('a socket that was given up is not expected of its identity when another one has one like it', () => {
  const sockets = new IdentitySockets();
  sockets.listens({ identity: 1, id: 1 }, 'app');
  sockets.listens({ identity: 1, id: 1 }, 'debug');
  sockets.released('debug');
  sockets.listens({ identity: 2, id: 2 }, 'debug');
  assert.deepEqual(sockets.expected(1, ['app', 'debug']), ['app']);
});

test('what is not held any more is not expected', () => {
  const sockets = new IdentitySockets();
  sockets.listens({ identity: 1, id: 1 }, 'old');
  assert.deepEqual(sockets.expected(1, ['new']), ['new']);
  assert.deepEqual(sockets.expected(1, []), []);
});
