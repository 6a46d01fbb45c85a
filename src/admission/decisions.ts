import type { RequestClass, RequestClasses } from './classify/request-class.ts';
import { publishShed } from './events.ts';
import type { AdmissionHost } from './host.ts';
import type { ResolvedAdmissionOptions } from './options.ts';
import type { AdmissionCount, ShedReason } from './stats.ts';

/** Counts what was decided on requests, and publishes what was shed. In a dry run, what would have been. */
export class Decisions {
  readonly #options: Pick<ResolvedAdmissionOptions, 'dryRun'>;
  readonly #host: Pick<AdmissionHost, 'dryRun'>;
  readonly #classes: RequestClasses;

  constructor(
    options: Pick<ResolvedAdmissionOptions, 'dryRun'>,
    host: Pick<AdmissionHost, 'dryRun'>,
    classes: RequestClasses,
  ) {
    this.#options = options;
    this.#host = host;
    this.#classes = classes;
  }

  /** Decide and count, but let every request through. May change at any time. */
  get isDryRun(): boolean {
    return this.#host.dryRun ?? this.#options.dryRun;
  }

  admitted(requestClass: RequestClass): void {
    this.#classes.countAdmitted(requestClass);
  }

  /** A check did not admit a request. */
  shed(requestClass: RequestClass, reason: ShedReason): void {
    this.#countShed(requestClass, reason, this.isDryRun);
  }

  /** A check that is only tried would not have admitted a request. */
  wouldShed(requestClass: RequestClass, reason: ShedReason): void {
    this.#countShed(requestClass, reason, true);
  }

  /** A connection was closed without a request. */
  closedConnection(): void {
    this.#classes.countClosedConnection();
  }

  /** Since the start. */
  get closedConnections(): number {
    return this.#classes.closedConnections;
  }

  /** Since the start. */
  counts(): AdmissionCount[] {
    return [...this.#classes.counts()];
  }

  #countShed(requestClass: RequestClass, reason: ShedReason, isDryRun: boolean): void {
    this.#classes.countShed(requestClass, reason, isDryRun);
    publishShed(isDryRun ? 'would-shed' : 'shed', reason, requestClass);
  }
}
