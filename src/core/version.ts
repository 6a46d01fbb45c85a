/** Version of this package; `test/structure` holds it against package.json. In the code, so that reading it costs a worker nothing. */
export const VERSION = '0.1.0';
