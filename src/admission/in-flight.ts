/** Units of the limit that requests in flight take. A request takes its cost; 0, for the exempt, is not counted. */
export class InFlight {
  #units = 0;
  #requests = 0;

  get units(): number {
    return this.#units;
  }

  /**
   * The last unit may reach over the share of the limit, but not by a whole one. A request that costs more than there is
   * runs when no other is in flight.
   *
   * @param limit The part of the limit that the request's class may use.
   */
  hasRoomFor(units: number, limit: number): boolean {
    return this.#units + units <= Math.ceil(limit) || (this.#requests === 0 && limit > 0);
  }

  take(units: number): void {
    if (units === 0) return;
    this.#units += units;
    this.#requests += 1;
  }

  giveBack(units: number): void {
    if (units === 0) return;
    this.#requests -= 1;
    // Fractions don't add up to exactly 0 again.
    this.#units = this.#requests === 0 ? 0 : this.#units - units;
  }
}
