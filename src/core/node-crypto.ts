import type * as Crypto from 'node:crypto';

/** Node.js's crypto. An `import` of it reads every export, and so loads all of WebCrypto: 1.4 MB of each supervisor. */
export const nodeCrypto: typeof Crypto = process.getBuiltinModule('node:crypto');
