// What the page asks and tells the management port.
const KEY = 'respite-token';

export function token(): string | null {
  return sessionStorage.getItem(KEY);
}

export function setToken(value: string): void {
  sessionStorage.setItem(KEY, value);
}

/** What authenticates a request: the token, or without one a header that pages of other sites can't send. */
export function headers(given: string | null = token()): Record<string, string> {
  return given === null ? { Respite: '1' } : { Authorization: `Bearer ${given}` };
}

/** Rejects with an error that says why not, in words of the port's. */
export async function ask(path: string, method: 'GET' | 'POST' = 'GET', given?: string): Promise<Response> {
  const response = await fetch(path, { method, headers: headers(given), cache: 'no-store' }).catch(() => {
    throw new Error('the management port does not answer');
  });
  if (response.ok) return response;
  const body = (await response.json().catch(() => ({}))) as { readonly error?: string };
  throw new Error(body.error ?? `status ${response.status}`);
}

/** Hands a file to the user. */
export async function save(response: Response): Promise<string> {
  const given = /filename="([^"]+)"/.exec(response.headers.get('Content-Disposition') ?? '')?.[1];
  const name = given ?? 'capture.json';
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
  return name;
}

/** Opens a report in a tab of its own. With a token it needs a link that works once, since a link carries no header. */
export async function openReport(id: string): Promise<void> {
  const path = `incidents/${encodeURIComponent(id)}`;
  // Before anything is waited for: a browser opens no tab later than the click.
  const tab = window.open('', '_blank');
  try {
    const { path: ready } = (await (await ask(`${path}/ticket`, 'POST')).json()) as { readonly path: string };
    if (tab !== null) {
      tab.opener = null;
      tab.location.href = new URL(ready.slice(1), document.baseURI).href;
    }
  } catch (error) {
    tab?.close();
    throw error;
  }
}
