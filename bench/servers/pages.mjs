// Pages whose browsers load further ones ahead: half of them by `<link rel=prefetch>`, half by speculation rules. Each is served in SERVICE_MS,
// on the event loop, one at a time.
import { createServer } from 'node:http';

const serviceMs = Number(process.env.SERVICE_MS);
const ahead = Number(process.env.PREFETCHES);
// Holds the loop up without using a core, which the browser needs.
const never = new Int32Array(new SharedArrayBuffer(4));
let pages = 0;

const server = createServer((_req, res) => {
  Atomics.wait(never, 0, 0, serviceMs);
  pages += 1;
  const urls = Array.from({ length: ahead }, (_, i) => `/ahead/${pages}/${i}`);
  const linked = urls.splice(0, Math.ceil(ahead / 2));
  const rules = { prefetch: [{ urls, eagerness: 'immediate' }] };
  res.setHeader('content-type', 'text/html; charset=utf-8');
  res.end(`<!doctype html><title>Page ${pages}</title><link rel="icon" href="data:,">
${linked.map((url) => `<link rel="prefetch" href="${url}">`).join('\n')}
<script type="speculationrules">${JSON.stringify(rules)}</script>
<p>Page ${pages}`);
});
server.listen(process.env.PORT ?? 0, '127.0.0.1', () => {
  console.log(`listening ${server.address().port}`);
});
