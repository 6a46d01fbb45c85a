import http from 'node:http';
import https from 'node:https';
import { spokenAt } from '../../protocol/index.ts';

/** Whether a server speaks HTTP or HTTPS, by asking it. @param host With its port. */
export async function schemeOf(host: string, path: string): Promise<'http:' | 'https:' | undefined> {
  if (await answers(http, `http://${host}${path}`)) return 'http:';
  if (await answers(https, `https://${host}${path}`)) return 'https:';
  return undefined;
}

/** What to tell of a server that speaks neither. */
export async function whyNoScheme(host: string): Promise<string> {
  const { hostname, port } = new URL(`http://${host}`);
  const spoken = await spokenAt({ address: hostname.replace(/^\[|\]$/g, ''), port: Number(port) });
  const nothing = `nothing answers HTTP/1.1 or HTTPS on ${host}`;
  return spoken === undefined ? nothing : `${nothing}; it speaks ${spoken}`;
}

/** Longest wait for the first response, in ms. */
const PATIENCE_MS = 5000;

async function answers(protocol: typeof http | typeof https, url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = protocol.get(
      url,
      { agent: false, rejectUnauthorized: false, timeout: PATIENCE_MS } as https.RequestOptions,
      (response) => {
        response.destroy();
        resolve(true);
      },
    );
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(false));
  });
}
