import { channel, createReadStream, otherChannel } from './given.ts';

// The guide:
import { pipeline } from 'node:stream/promises';
import { toWritable, toWritableStream } from 'respite/backpressure';

await pipeline(createReadStream('export.csv'), toWritable(channel));

const page = await fetch('https://example.com/');
await page.body?.pipeTo(toWritableStream(otherChannel));
