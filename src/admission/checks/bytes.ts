import { BodyInFlight, PROGRESS_MS, SMALL_BYTES, UNKNOWN_LENGTH } from '../in-flight/body.ts';
import type { RequestInFlight } from '../in-flight/request.ts';
import type { Check } from './check.ts';

/** From this size on a body takes more than one read of a socket: worth shedding while requests come late in their turns. */
const LARGE_BYTES = 64 * 1024;

/** The part of the budget up to which a body is small enough not to be ended when others exceed it. */
const SPARED_SHARE = 1 / 16;

/** The part of the budget that one body can be expected to hold before its client has proved that it sends it. */
const UNPROVED_SHARE = 0.25;

/**
 * Bounds the bytes of request bodies in memory. Small bodies pass: the in-flight limit bounds them, and large ones must not
 * harm them. {@link BodyInFlight} says what a body holds.
 */
export class BytesCheck implements Check {
  readonly reason = 'bytes';
  readonly limitBytes: number;
  readonly #bodyShare: (rank: number) => number;
  readonly #bodies = new Set<BodyInFlight>();
  #bytes = 0;
  #lookedMs = -Infinity;

  /** @param bodyShare The part of the budget, 0 to 1, that large bodies of a class may hold at the moment. */
  constructor(limitBytes: number, bodyShare: (rank: number) => number = () => 1) {
    this.limitBytes = limitBytes;
    this.#bodyShare = bodyShare;
  }

  get #sparedBytes(): number {
    return Math.min(LARGE_BYTES, SPARED_SHARE * this.limitBytes);
  }

  /** What the bodies in flight hold. */
  get bytes(): number {
    return this.#bytes;
  }

  /** A body that is larger than the budget fits when no other holds anything. */
  admits(
    { bodyBytes, requestClass }: Pick<RequestInFlight, 'bodyBytes' | 'requestClass'>,
    nowMs: number,
  ): boolean {
    const isUnknown = bodyBytes === UNKNOWN_LENGTH;
    if (bodyBytes <= SMALL_BYTES && !isUnknown) return true;
    const share = isUnknown || bodyBytes > LARGE_BYTES ? this.#bodyShare(requestClass.rank) : 1;
    // It is small, for all that is known, and is looked at while it arrives.
    if (isUnknown && share === 1) return true;
    this.look(nowMs);
    if (this.#bytes === 0) return true;
    const room = this.limitBytes * requestClass.threshold * share;
    return this.#bytes + (isUnknown ? 1 : bodyBytes) <= room;
  }

  /** A body is counted from now on, until {@link released}. */
  watch(request: RequestInFlight, nowMs: number, unreadBytes: () => number): void {
    const { bodyBytes, isExempt } = request;
    if (isExempt || (bodyBytes !== UNKNOWN_LENGTH && bodyBytes <= SMALL_BYTES)) return;
    const body = new BodyInFlight(bodyBytes, this.limitBytes * UNPROVED_SHARE, nowMs, unreadBytes);
    request.body = body;
    this.#bodies.add(body);
    this.#count(body);
  }

  /**
   * Bytes of a body have arrived. False when the request should be ended: its body has no announced length, is one of the
   * large ones, and exceeds the budget together with what others hold. A body of known length was weighed when it was let
   * in, and its handler may be streaming it to a disk: it is never ended.
   */
  received(body: BodyInFlight, bytes: number): boolean {
    if (!this.#bodies.has(body)) return true;
    body.received(bytes);
    this.#count(body);
    if (body.announcedBytes !== UNKNOWN_LENGTH) return true;
    if (this.#bytes <= this.limitBytes || body.heldBytes <= this.#sparedBytes) return true;
    // Only what is there now, without what is expected.
    let held = 0;
    for (const each of this.#bodies) {
      held += each.announcedBytes === UNKNOWN_LENGTH ? each.heldBytes : each.receivedBytes;
    }
    return held <= this.limitBytes || held === body.heldBytes;
  }

  released(request: Pick<RequestInFlight, 'body'>): void {
    const { body } = request;
    if (body === undefined) return;
    request.body = undefined;
    if (!this.#bodies.delete(body)) return;
    this.#bytes -= body.countedBytes;
    if (this.#bodies.size === 0) this.#bytes = 0;
  }

  /** The request is decided again, as if its body held nothing. Returns what {@link putBack} needs. */
  putAside(request: Pick<RequestInFlight, 'body'>): BodyInFlight | undefined {
    const { body } = request;
    this.released(request);
    return body;
  }

  putBack(request: Pick<RequestInFlight, 'body'>, body: BodyInFlight | undefined): void {
    if (body === undefined) return;
    request.body = body;
    body.countedBytes = 0;
    this.#bodies.add(body);
    this.#count(body);
  }

  /** Takes back what was read, and what is not expected any more. */
  look(nowMs: number): void {
    if (nowMs - this.#lookedMs < PROGRESS_MS / 5) return;
    this.#lookedMs = nowMs;
    for (const body of this.#bodies) {
      body.look(nowMs);
      this.#count(body);
    }
  }

  #count(body: BodyInFlight): void {
    const held = body.heldBytes;
    this.#bytes += held - body.countedBytes;
    body.countedBytes = held;
  }
}
