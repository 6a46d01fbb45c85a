import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { keepListeners } from './kept-listeners.ts';

const heard: string[] = [];

function kept(): EventEmitter {
  heard.length = 0;
  const emitter = new EventEmitter();
  emitter.on('order', () => heard.push('ours'));
  emitter.on('other', () => heard.push('other'));
  keepListeners(emitter, 'order');
  emitter.on('order', () => heard.push("the user's"));
  return emitter;
}

for (const [what, remove] of [
  ['of all events', (emitter: EventEmitter) => emitter.removeAllListeners()],
  ['of this event', (emitter: EventEmitter) => emitter.removeAllListeners('order')],
] as const) {
  test(`what was there before stays when all listeners ${what} are removed, and is called once`, () => {
    const emitter = kept();
    assert.equal(remove(emitter), emitter);
    assert.equal(remove(emitter), emitter);
    emitter.emit('order');
    assert.deepEqual(heard, ['ours']);
    assert.equal(emitter.listenerCount('other'), what === 'of this event' ? 1 : 0);
  });
}

test('listeners of other events are removed as ever', () => {
  const emitter = kept();
  emitter.removeAllListeners('other');
  emitter.emit('order');
  assert.deepEqual(heard, ['ours', "the user's"]);
  assert.equal(emitter.listenerCount('other'), 0);
});
