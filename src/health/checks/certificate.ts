import type { TLSSocket } from 'node:tls';
import type { Finding, HealthCheck, PeerOptions } from '../check.ts';
import { showAddress, type TlsOptions } from './connection.ts';

/** Whose certificate, and how long it must still be valid. */
export interface CertificateOptions extends PeerOptions, TlsOptions {
  /** Default 443. */
  readonly port?: number | undefined;
  /** A certificate that is valid for less than that number of days is down. Default 14. */
  readonly minDays?: number | undefined;
  /** The chain need not be trusted, as with a private authority whose certificate is not at hand. Default false. */
  readonly allowUntrusted?: boolean | undefined;
}

const DAY_MS = 86_400_000;

/**
 * Checks the certificate of a TLS server. It is down when the certificate runs out within `minDays`, is not trusted, or is of another name.
 *
 * @example
 * ```ts
 * import { certificate, health } from 'respite/health';
 *
 * health.add('certificate', { check: certificate('www.example', { minDays: 21 }), intervalMs: 3_600_000 });
 * ```
 */
export function certificate(host: string, options: CertificateOptions = {}): HealthCheck {
  const { port = 443, minDays = 14, allowUntrusted = false, peer } = options;
  return {
    peer: peer ?? showAddress({ host, port }),
    local: false,
    run: async (signal) => {
      const { problem, ...shown } = await fetchCertificate(host, port, options, signal);
      if (problem !== undefined && !allowUntrusted) throw problem;
      return judgeValidity(shown, minDays, Date.now());
    },
  };
}

/**
 * Checks the first certificate of a PEM file, such as this server's own. It is down when the certificate runs out within `minDays` (14).
 *
 * @example
 * ```ts
 * import { certificateFile, health } from 'respite/health';
 *
 * health.add('own-certificate', { check: certificateFile('/etc/ssl/shop.pem'), intervalMs: 3_600_000 });
 * ```
 */
export function certificateFile(
  path: string,
  { minDays = 14, peer }: PeerOptions & Pick<CertificateOptions, 'minDays'> = {},
): HealthCheck {
  return {
    peer: peer ?? path,
    // Though it is of this machine: one that runs out in a week must not take the instance out.
    local: false,
    run: async (signal) => {
      const { readFile } = process.getBuiltinModule('node:fs').promises;
      const { X509Certificate } = process.getBuiltinModule('node:crypto');
      const { subject, validFrom, validTo } = new X509Certificate(await readFile(path, { signal }));
      return judgeValidity(
        { name: subject.split('\n').at(-1) ?? '', validFrom, validTo },
        minDays,
        Date.now(),
      );
    },
  };
}

interface Validity {
  readonly name: string;
  readonly validFrom: string;
  readonly validTo: string;
}

/** A server's own certificate alone: an old one of a root may be at the end of a chain that clients trust by a shorter way. */
export function judgeValidity(
  { name, validFrom, validTo }: Validity,
  minDays: number,
  nowMs: number,
): Finding {
  const [fromMs, toMs] = [Date.parse(validFrom), Date.parse(validTo)];
  const daysLeft = Math.floor((toMs - nowMs) / DAY_MS);
  const details = { subject: name, validTo: new Date(toMs).toISOString(), daysLeft };
  const down = (problem: string): Finding => ({
    status: 'DOWN',
    error: `the certificate of ${name} ${problem}`,
    details,
  });
  if (fromMs > nowMs) return down(`is not valid before ${validFrom}`);
  if (toMs < nowMs) return down(`has expired on ${validTo}`);
  if (daysLeft < minDays) return down(`expires in ${daysLeft} days, on ${validTo}`);
  return { details };
}

/** What a server sends in its handshake, and why it is not trusted. */
async function fetchCertificate(
  host: string,
  port: number,
  { ca, servername }: TlsOptions,
  signal: AbortSignal,
): Promise<Validity & { readonly problem: Error | undefined }> {
  const { connect } = process.getBuiltinModule('node:tls');
  const { isIP } = process.getBuiltinModule('node:net');
  const name = servername ?? host;
  const socket = connect({
    host,
    port,
    ...(isIP(name) === 0 ? { servername: name } : {}),
    ...(ca === undefined ? {} : { ca: ca as string }),
    // An expired one is to be seen, not only refused.
    rejectUnauthorized: false,
  });
  const destroy = (): unknown => socket.destroy(signal.reason instanceof Error ? signal.reason : undefined);
  signal.addEventListener('abort', destroy, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('secureConnect', resolve);
      socket.on('error', reject);
      socket.once('close', () => reject(new Error('the connection was closed')));
    });
    const own = socket.getPeerCertificate();
    const problem = reasonOf(socket);
    return {
      name: [own.subject.CN].flat()[0] ?? 'unknown',
      validFrom: own.valid_from,
      validTo: own.valid_to,
      problem,
    };
  } finally {
    signal.removeEventListener('abort', destroy);
    socket.destroy();
  }
}

/** Of chain and name. Expiry is told by us, in days. */
function reasonOf({ authorizationError }: TLSSocket): Error | undefined {
  if (!authorizationError) return undefined;
  const reason =
    authorizationError instanceof Error ? authorizationError.message : String(authorizationError);
  return /CERT_HAS_EXPIRED|CERT_NOT_YET_VALID/.test(reason) ? undefined : new Error(`not trusted: ${reason}`);
}
