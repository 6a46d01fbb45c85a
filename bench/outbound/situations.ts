// Situations in which clients make an outage worse, or do not. Each runs real servers and callers, and gives its goals.
import type { Goal } from '../lib/benchmark.ts';
import { between, call, type ClientKind, pause, peak, Service } from './calls.ts';

export interface Situation {
  readonly name: string;
  /** @param scale Of the times, 1 for those that the goals are about. */
  run(scale: number): Promise<readonly Goal[]>;
}

/** Time after a stall in which calls are counted, in seconds. */
const MEASURED_S = 8;

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

function atMost(
  what: string,
  limit: number,
  figure: number,
  show = (value: number) => value.toFixed(2),
): Goal {
  return { what, goal: `≤ ${show(limit)}`, figure: show(figure), holds: figure <= limit };
}

function atLeast(what: string, limit: number, figure: number, show = percent): Goal {
  return { what, goal: `≥ ${show(limit)}`, figure: show(figure), holds: figure >= limit };
}

const outage: Situation = {
  name: 'outage',
  async run(scale) {
    const [calmS, outageS, afterS] = [5, 60 * scale, 8];
    const perSecond = 500;
    const service = await Service.start({});
    const calling = call({
      url: service.url,
      client: 'respite',
      perSecond,
      seconds: calmS + outageS + afterS,
    });
    await pause(calmS);
    await service.control('down=1');
    const downMs = Date.now();
    await pause(outageS);
    await service.control('down=0');
    const upMs = Date.now();
    const { calls, ok } = await calling;
    const { arrivals } = await service.counts();
    await service.stop();
    const attempts = between(arrivals, downMs, upMs) / between(calls, downMs, upMs);
    const served = between(ok, upMs + 2000, upMs + 6000) / between(calls, upMs + 2000, upMs + 6000);
    return [
      atMost('outage of a minute: attempts per call', 1.05, attempts),
      atLeast('recovery: calls served from 2 s after the end on', 0.95, served),
      atMost(
        'recovery: largest tenth of a second, of the largest of the calls',
        1.2,
        peak(arrivals, upMs, upMs + 8000) / peak(calls, upMs, upMs + 8000),
      ),
    ];
  },
};

/** Attempts that arrive at the bottom of three tiers per call, while it is down. */
async function amplification(client: ClientKind, perSecond: number, outageS: number): Promise<number> {
  const bottom = await Service.start({});
  const middle = await Service.start({ UPSTREAM: bottom.url, CLIENT: client });
  const top = await Service.start({ UPSTREAM: middle.url, CLIENT: client });
  const calling = call({ url: top.url, client, perSecond, seconds: 4 + outageS });
  await pause(3);
  await bottom.control('down=1');
  const downMs = Date.now();
  await pause(outageS);
  const upMs = Date.now();
  const { calls } = await calling;
  const { arrivals } = await bottom.counts();
  await Promise.all([bottom.stop(), middle.stop(), top.stop()]);
  return between(arrivals, downMs, upMs) / between(calls, downMs, upMs);
}

const tiers: Situation = {
  name: 'tiers',
  async run(scale) {
    const respite = await amplification('respite', 200, 20 * scale);
    const naive = await amplification('naive', 20, 5);
    return [
      atMost('three tiers, the bottom down: attempts there per call', 1.1, respite),
      {
        what: 'the same with three tries in each tier (control)',
        goal: '≥ 20',
        figure: naive.toFixed(1),
        holds: naive >= 20,
      },
    ];
  },
};

/** Share of calls served in the last seconds of what follows a stall. */
async function afterStall(client: ClientKind, afterS: number): Promise<number> {
  const service = await Service.start({ TURN_MS: '5' });
  const [calmS, stallS] = [5, 5];
  // 0.8 of the 200 that it can do.
  const perSecond = 160;
  const seconds = calmS + stallS + afterS + MEASURED_S + 2;
  const calling = call({ url: service.url, client, perSecond, seconds });
  await pause(calmS);
  await service.control(`stall=${stallS * 1000}`);
  const upMs = Date.now() + stallS * 1000;
  const { ok } = await calling;
  await service.stop();
  const fromMs = upMs + afterS * 1000;
  // Of the calls that were due: naive callers can be so busy that they begin none.
  return between(ok, fromMs, fromMs + MEASURED_S * 1000) / (MEASURED_S * perSecond);
}

const stall: Situation = {
  name: 'stall',
  async run(scale) {
    const naive = await afterStall('naive', 60 * scale);
    return [
      atLeast(
        'stall of 5 s at 0.8 of the capacity, without admission: served 10 s later',
        0.95,
        await afterStall('respite', 10),
      ),
      {
        what: `the same with three tries, a minute later (control)`,
        goal: '≤ 50 %',
        figure: percent(naive),
        holds: naive <= 0.5,
      },
    ];
  },
};

/** Refusals and successes a second, from 3 s on. */
async function flooded(client: ClientKind, seconds: number): Promise<{ refused: number; served: number }> {
  const service = await Service.start({ TURN_MS: '10' }, 'respite', ['--limit', '10']);
  const startMs = Date.now();
  const { refused, ok } = await call({
    url: service.url,
    client,
    clients: 50,
    perSecond: 500,
    seconds,
    options: { retry: { attempts: 1 } },
  });
  await service.stop();
  const [fromMs, toMs] = [startMs + 4000, startMs + seconds * 1000];
  const inSeconds = (toMs - fromMs) / 1000;
  return {
    refused: between(refused, fromMs, toMs) / inSeconds,
    served: between(ok, fromMs, toMs) / inSeconds,
  };
}

const flood: Situation = {
  name: 'flood',
  async run(scale) {
    const seconds = Math.max(10, 20 * scale);
    const bare = await flooded('bare', seconds);
    const respite = await flooded('respite', seconds);
    return [
      atLeast(
        'server at 5 times its capacity, 50 clients: fewer refusals from 3 s on',
        0.9,
        1 - respite.refused / bare.refused,
      ),
      atLeast('the same: goodput, of that without the client', 0.95, respite.served / bare.served),
    ];
  },
};

const posts: Situation = {
  name: 'posts',
  async run(scale) {
    const service = await Service.start({ HOLD_MS: '20', SLOTS: '1000' }, 'respite', ['--limit', '4']);
    const { succeeded } = await call({
      url: service.url,
      client: 'respite',
      method: 'POST',
      posts: true,
      perSecond: 300,
      seconds: 20 * scale,
      options: {
        trustsRefusals: true,
        throttle: false,
        holdLimitMs: 0,
        retry: { budget: 1, baseMs: 200, attempts: 10 },
      },
    });
    const { delivered } = await service.counts();
    await service.stop();
    const twice = Object.values(delivered).filter((count) => count > 1).length;
    const lost = succeeded.filter((id) => delivered[id] !== 1).length;
    return [
      {
        what: 'refused POSTs to a trusted origin: delivered twice',
        goal: '0',
        figure: String(twice),
        holds: twice === 0,
      },
      {
        what: 'the same: served, and not delivered once',
        goal: '0',
        figure: String(lost),
        holds: lost === 0,
      },
    ];
  },
};

/** Calls served a second through a middle tier whose callers give up. */
async function abandoned(client: ClientKind, seconds: number): Promise<number> {
  // 5 slots of 50 ms: 100 a second, asked for 200.
  const bottom = await Service.start({ HOLD_MS: '50', SLOTS: '5' });
  const env = { UPSTREAM: bottom.url, CLIENT: client };
  const middle = await Service.start(env, 'respite', ['--limit', '100000', '--dry-run']);
  const startMs = Date.now();
  const { ok } = await call({
    url: middle.url,
    client: 'bare',
    giveUpMs: 300,
    spread: 0.67,
    perSecond: 200,
    seconds,
  });
  await Promise.all([middle.stop(), bottom.stop()]);
  return between(ok, startMs + 4000, startMs + seconds * 1000) / (seconds - 4);
}

const leaving: Situation = {
  name: 'leaving',
  async run(scale) {
    const seconds = Math.max(8, 15 * scale);
    const without = await abandoned('bare', seconds);
    const respite = await abandoned('respite', seconds);
    return [
      {
        what: 'callers that give up after 100 to 500 ms, at twice the capacity: goodput against no cancellation',
        goal: '≥ 1.25 times',
        figure: `${respite.toFixed(0)}/s against ${without.toFixed(0)}/s`,
        holds: respite >= 1.25 * without,
      },
    ];
  },
};

export const SITUATIONS: readonly Situation[] = [outage, tiers, stall, flood, posts, leaving];
