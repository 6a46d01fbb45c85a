// The certificate of the process tests: self-signed, and worth nothing anywhere else.
import { readFileSync } from 'node:fs';

const read = (name) => readFileSync(new URL(`../../../test/harness/fixtures/tls/${name}`, import.meta.url));

export const tls = { key: read('test-only-key.pem'), cert: read('certificate.pem') };
