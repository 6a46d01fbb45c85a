// Which slot a client's connections belong to. Pure: the supervisor and all workers come to the same result.

/** An IPv4 address that a socket for any IPv6 address shows as one of its own. */
const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** Groups of an IPv6 address that name a network; hosts change the others by themselves (RFC 8981). */
const NETWORK_GROUPS = 4;
const GROUPS = 8;

/** What stands for a client: its IPv4 address, or the /64 network of its IPv6 address. */
export function clientOf(address: string): string {
  const ipv4 = MAPPED.exec(address)?.[1];
  if (ipv4 !== undefined || !address.includes(':')) return ipv4 ?? address;
  const [head = '', tail] = (address.split('%')[0] ?? '').split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: Math.max(0, GROUPS - before.length - after.length) }, () => '0');
  return [...before, ...zeros, ...after].slice(0, NETWORK_GROUPS).join(':');
}

/**
 * The slot for a client among those that serve: the one with the highest weight for it (rendezvous hashing). When a slot comes or goes, only the
 * clients of that slot move.
 */
export function slotOf(client: string, slots: readonly number[]): number | undefined {
  const hash = hashOf(client);
  let best: number | undefined;
  let bestWeight = -1;
  for (const slot of slots) {
    const weight = mix(hash ^ Math.imul(slot, 0x9e_37_79_b1));
    if (weight > bestWeight || (weight === bestWeight && best !== undefined && slot < best)) {
      best = slot;
      bestWeight = weight;
    }
  }
  return best;
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x81_1c_9d_c5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01_00_01_93);
  return hash;
}

/** The last steps of MurmurHash3: addresses that differ in one bit get unrelated weights. */
function mix(value: number): number {
  let hash = value ^ (value >>> 16);
  hash = Math.imul(hash, 0x85_eb_ca_6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2_b2_ae_35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
