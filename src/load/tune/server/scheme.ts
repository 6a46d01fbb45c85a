import http from 'node:http';
import https from 'node:https';

/** Whether a server speaks HTTP or HTTPS, by asking it. @param host With its port. */
export async function schemeOf(host: string, path: string): Promise<'http:' | 'https:' | undefined> {
  if (await answers(http, `http://${host}${path}`)) return 'http:';
  if (await answers(https, `https://${host}${path}`)) return 'https:';
  return undefined;
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
