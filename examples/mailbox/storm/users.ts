import { Pool } from 'undici';
import {
  report,
  reportLast,
  TICK_MS,
  type Order,
  type UserAction,
  type UserCall,
  type UsersOrder,
} from './protocol.ts';
import { seededRandom } from './random.ts';

/** The people: a process of its own, started and ordered by run.ts. Open loop: nobody waits for anybody else's call. */

/** People open mails that can be read. An attachment of 20 MB is a download, and nobody expects that at once. */
const READABLE_BYTES = 256 * 1000;
const LIST_SHARE = 0.6;

interface ListPage {
  readonly messages: readonly { readonly id: string; readonly sizeBytes: number }[];
}

process.once('disconnect', () => process.exit());
process.once('message', (message: Order<UsersOrder>) => {
  if (message.type === 'start') run(message.order);
});

function run(order: UsersOrder): void {
  const { users, timeoutMs } = order;
  const api = new Pool(order.apiOrigin, { connections: 512 });
  const random = seededRandom(order.seed);
  const zeroMs = performance.now() + (order.startAtMs - Date.now());
  const gapMs = 1000 / order.callsPerSecond;
  /** What each user has seen in the list last. */
  const seen = new Map<string, readonly string[]>();
  let finished: UserCall[] = [];
  let underWay = 0;
  let next = 0;

  const call = async (atMs: number): Promise<void> => {
    const lagMs = performance.now() - zeroMs - atMs;
    const user = users[Math.floor(random() * users.length)] ?? '';
    const messages = seen.get(user) ?? [];
    const id = messages[Math.floor(random() * messages.length)];
    const action: UserAction = id === undefined || random() < LIST_SHARE ? 'list' : 'read';
    const signal = AbortSignal.timeout(Math.max(1, Math.ceil(timeoutMs - lagMs)));
    underWay += 1;
    let outcome: UserCall['outcome'];
    try {
      if (id === undefined || action === 'list') outcome = await list(user, signal);
      else outcome = await read(user, id, signal);
    } catch {
      outcome = signal.aborted ? 'timeout' : 'error';
    }
    underWay -= 1;
    finished.push({ action, atMs, latencyMs: performance.now() - zeroMs - atMs, outcome, lagMs });
  };

  const list = async (user: string, signal: AbortSignal): Promise<UserCall['outcome']> => {
    const { statusCode, body } = await api.request({
      path: `/mailboxes/${user}/messages`,
      method: 'GET',
      signal,
    });
    if (statusCode !== 200) {
      await body.dump();
      return refusedOrError(statusCode);
    }
    const page = (await body.json()) as ListPage;
    seen.set(
      user,
      page.messages.filter(({ sizeBytes }) => sizeBytes <= READABLE_BYTES).map(({ id }) => id),
    );
    return 'ok';
  };

  const read = async (user: string, id: string, signal: AbortSignal): Promise<UserCall['outcome']> => {
    const { statusCode, body } = await api.request({
      path: `/mailboxes/${user}/messages/${id}`,
      method: 'GET',
      signal,
    });
    await body.arrayBuffer();
    return statusCode === 200 ? 'ok' : refusedOrError(statusCode);
  };

  const startDue = (): void => {
    const nowMs = performance.now() - zeroMs;
    while (next * gapMs <= nowMs && next * gapMs < order.untilMs) {
      void call(next * gapMs);
      next += 1;
    }
    if (next * gapMs < order.untilMs) setTimeout(startDue, next * gapMs - nowMs);
  };

  const tick = (): void => {
    report({ type: 'users-tick', calls: finished });
    finished = [];
    if (next * gapMs < order.untilMs || underWay > 0) return;
    clearInterval(ticking);
    reportLast({ type: 'users-done' });
  };

  startDue();
  const ticking = setInterval(tick, TICK_MS);
}

function refusedOrError(statusCode: number): UserCall['outcome'] {
  return statusCode === 429 || statusCode === 503 ? 'refused' : 'error';
}
