// Fills the supervisor's history with an hour of uneven moments when it keeps its first one. Workers keep no such history.
import { History } from '../../dist/core/history.js';

const HOUR = 3600;
const add = History.prototype.add;
const filled = new WeakSet();

History.prototype.add = function addAfterAnHour(moment) {
  if ('served' in moment && !filled.has(this)) {
    filled.add(this);
    for (let i = HOUR; i > 0; i -= 1) {
      const past = Object.fromEntries(
        Object.keys(moment).map((name) => [name, 1000 * Math.random() * Math.random()]),
      );
      add.call(this, { ...past, atMs: moment.atMs - i * 1000 });
    }
  }
  add.call(this, moment);
};
