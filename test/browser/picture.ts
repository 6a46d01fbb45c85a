// Pictures for the documentation, of what a test has on the screen: `npm run screenshots`.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';

/** RESPITE_SCREENSHOTS: the directory for pictures, such as docs/images. Tests that take one need a minute longer. */
const directory = process.env['RESPITE_SCREENSHOTS'];

export const takesPictures: boolean = directory !== undefined;

/** Each reader of the README loads all of its pictures. */
const MAX_BYTES = 60 * 1024;

/** What is below would be too small to read beside text. */
const MAX_HEIGHT = 1100;

const QUALITIES = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3];

/** Writes `<name>.webp`, of the upper part of the page, in the best quality that is small enough. */
export async function takePicture(page: Page, name: string): Promise<void> {
  if (directory === undefined) return;
  const { width = 0 } = page.viewportSize() ?? {};
  const height = Math.min(MAX_HEIGHT, await page.evaluate<number>('document.documentElement.scrollHeight'));
  const shot = await page.screenshot({ fullPage: true, clip: { x: 0, y: 0, width, height } });
  // On a page of its own, whose policy lets it: screenshots themselves have no quality to choose in this format.
  const encoder = await page.context().newPage();
  try {
    for (const quality of QUALITIES) {
      const data = await encoder.evaluate<string>(encoding(shot.toString('base64'), quality));
      const picture = Buffer.from(data.slice(data.indexOf(',') + 1), 'base64');
      if (picture.length > MAX_BYTES) continue;
      writeFileSync(path.join(directory, `${name}.webp`), picture);
      return;
    }
  } finally {
    await encoder.close();
  }
  throw new Error(`${name} takes more than ${MAX_BYTES} bytes in every quality`);
}

/** A string, because it runs in the browser. */
function encoding(png: string, quality: number): string {
  return `(async () => {
    const image = new Image();
    image.src = 'data:image/png;base64,${png}';
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = image.width;
    canvas.height = image.height;
    canvas.getContext('2d').drawImage(image, 0, 0);
    return canvas.toDataURL('image/webp', ${quality});
  })()`;
}
