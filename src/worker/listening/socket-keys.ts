import type { SocketKey } from '../protocol.ts';
import { placeOf, type Wanted } from './place.ts';

/** The names of this process's sockets: the same for the same `listen()` in each worker. */
export class SocketKeys {
  /** Ports that a `listen(0)` got and gave back at once. */
  readonly #probedPorts = new Map<number, SocketKey>();
  /** `listen(0)` asks for any port: the first such call of a replacement gets the port of its predecessor's first, and so on. */
  #anyPortCalls = 0;

  /** To be called once for each `listen()`. The flags of a TCP socket come last: reserve.ts reads them. */
  of(wanted: Wanted): SocketKey {
    const { port, addressType, flags } = wanted;
    // The same file whatever the working directory is, and the same address however it is spelled.
    const address = wanted.address === null ? '' : placeOf(wanted).address;
    if (addressType === -1) return `${address}|unix`;
    const place = port === 0 ? `any-${(this.#anyPortCalls += 1)}` : String(port);
    return `${address}|${place}|${addressType}|${flags}`;
  }

  gaveBack(port: number, key: SocketKey): void {
    this.#probedPorts.set(port, key);
  }

  /** The `listen(0)` that found this port. */
  probed(port: number): SocketKey | undefined {
    return this.#probedPorts.get(port);
  }
}
