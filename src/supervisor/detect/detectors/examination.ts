import { mb } from '../../../core/units.ts';
import type { Traffic, WatchdogReport } from '../../../worker/index.ts';
import { findBlockedLoop } from './blocked-loop.ts';
import { findCpuStarved } from './cpu-starved.ts';
import { duration, mbOf } from './figures.ts';
import type { Finding } from './finding.ts';
import { findGcDeathSpiral, type HeapTrend, judgeHeap } from './gc-death-spiral.ts';
import { findLeak, followLeak, type LeakTrend } from './memory-leak.ts';
import type { ResolvedDetectOptions } from './options.ts';
import { FrequentBlocks } from './frequent-blocks.ts';
import { StuckRequests } from './stuck-requests.ts';
import type { UsualWaits } from './usual-waits.ts';

/** All that its watchdog tells of one worker, seen by all detectors. */
export class Examination {
  readonly #id: number;
  readonly #options: ResolvedDetectOptions;
  readonly #horizonMs: number;
  #before: WatchdogReport | undefined;
  #heap: HeapTrend | undefined;
  #live: LeakTrend | undefined;
  #resident: LeakTrend | undefined;
  readonly #blocks: FrequentBlocks | undefined;
  readonly #stuck: StuckRequests | undefined;

  /**
   * @param horizonMs How long it takes to replace a worker in peace.
   * @param usual What all workers have shown of their traffic.
   */
  constructor(id: number, options: ResolvedDetectOptions, horizonMs: number, usual: UsualWaits) {
    this.#id = id;
    this.#options = options;
    this.#horizonMs = horizonMs;
    const { stuckRequests, blockedLoop } = options;
    this.#blocks = blockedLoop === false ? undefined : new FrequentBlocks(id);
    this.#stuck = stuckRequests === false ? undefined : new StuckRequests(id, stuckRequests, usual);
  }

  /** What has become of the worker's requests in the last second. */
  heard(traffic: Traffic, nowMs: number): void {
    this.#stuck?.heard(traffic, nowMs);
  }

  /**
   * The worst first.
   *
   * @param memoryBytes What this worker may have, the others' left out; undefined when that is not known.
   */
  findings(report: WatchdogReport, nowMs: number, memoryBytes: number | undefined): Finding[] {
    const { blockedLoop, cpuStarved } = this.#options;
    const found = [
      blockedLoop === false ? undefined : findBlockedLoop(this.#id, report, blockedLoop),
      this.#judgeHeap(report, nowMs),
      this.#stuck?.judge(report, nowMs),
      ...this.#judgeGrowth(report, nowMs, memoryBytes),
      this.#blocks?.judge(report, nowMs),
      cpuStarved === false ? undefined : findCpuStarved(this.#before, this.#id, report, cpuStarved),
    ];
    this.#before = report;
    return found.filter((finding) => finding !== undefined);
  }

  #judgeHeap(report: WatchdogReport, nowMs: number): Finding | undefined {
    const judged = judgeHeap(this.#heap, report, nowMs, this.#horizonMs, this.#options.gcDeathSpiral);
    this.#heap = judged.trend;
    return findGcDeathSpiral(this.#id, judged, report);
  }

  #judgeGrowth(
    report: WatchdogReport,
    nowMs: number,
    memoryBytes: number | undefined,
  ): (Finding | undefined)[] {
    const { memoryLeak } = this.#options;
    if (memoryLeak === false) return [];
    const { oldGenerationLimitBytes, majorCollections, liveBytes, rssBytes, externalBytes } = report;
    const found: (Finding | undefined)[] = [];
    // Between two collections nothing is known of what is alive.
    if (majorCollections > 0 && majorCollections !== (this.#before?.majorCollections ?? 0)) {
      this.#live = followLeak(this.#live, liveBytes, nowMs, memoryLeak);
      const leak = findLeak(this.#live, oldGenerationLimitBytes, memoryLeak);
      const facts = [`${mbOf(liveBytes, oldGenerationLimitBytes)} of the heap are alive`];
      if (leak !== undefined) found.push(this.#grows('what is alive in its heap', leak, facts));
    }
    const before = this.#resident;
    this.#resident = followLeak(before, rssBytes, nowMs, memoryLeak);
    // It is the same until there is a new point, and to look at it takes a millisecond.
    if (memoryBytes !== undefined && this.#resident.points.length !== before?.points.length) {
      const leak = findLeak(this.#resident, memoryBytes, memoryLeak);
      const facts = [
        `${mbOf(rssBytes, memoryBytes)} that it may have, ${mb(externalBytes)} MB of it off-heap, in Buffers and the like`,
      ];
      if (leak !== undefined) found.push(this.#grows('its memory', leak, facts));
    }
    return found;
  }

  #grows(what: string, leak: NonNullable<ReturnType<typeof findLeak>>, facts: readonly string[]): Finding {
    const growth = `${what} has grown by ${mb(leak.grownBytes)} MB in ${duration(leak.spanMs)}`;
    const pace = `${mb(leak.bytesPerSecond * 60)} MB a minute`;
    return {
      cause: 'memory-leak',
      severity: 'replace',
      summary: `worker ${this.#id} leaks memory: ${growth}`,
      facts: [
        `${growth}, ${pace}, without a pause`,
        `at this pace it is too much in ${duration(leak.leftMs)}`,
        ...facts,
      ],
    };
  }
}
