// Calls a URL at a steady rate, whatever the answers do. PLAN: JSON of the plan in calls.ts. Prints what became of the calls, by tenth
// of a second in which they began.
import { callerOf } from './clients.mjs';

const {
  url,
  perSecond,
  seconds,
  client,
  clients = 1,
  giveUpMs,
  spread,
  options,
  method = 'GET',
  posts = false,
} = JSON.parse(process.env.PLAN);
const callers = Array.from({ length: clients }, () => callerOf(client, { giveUpMs, spread, options }));
const counts = { calls: {}, ok: {}, refused: {}, heldBack: {} };
const succeeded = [];
const pending = new Set();

function count(what, tenth) {
  counts[what][tenth] = (counts[what][tenth] ?? 0) + 1;
}

async function one(i) {
  const tenth = Math.floor(Date.now() / 100);
  count('calls', tenth);
  const target = posts ? `${url}?id=${i}` : url;
  try {
    const status = await callers[i % clients](target, { method });
    if (status === 0) count('heldBack', tenth);
    else if (status === 429 || status === 503) count('refused', tenth);
    else if (status < 300) {
      count('ok', tenth);
      if (posts) succeeded.push(i);
    }
  } catch {
    // Neither answered nor refused.
  }
}

const startMs = performance.now();
const all = perSecond * seconds;
let sent = 0;
await new Promise((resolve) => {
  const send = () => {
    const due = Math.min(all, ((performance.now() - startMs) / 1000) * perSecond);
    while (sent < due) {
      const call = one(sent);
      pending.add(call);
      void call.finally(() => pending.delete(call));
      sent += 1;
    }
    if (sent < all) setTimeout(send, 2);
    else resolve();
  };
  send();
});
await Promise.all(pending);
console.log(JSON.stringify({ ...counts, succeeded }));
process.exit();
