// Parts of the report that have a form of their own.
import type { ShownFrame } from '../source-lines.ts';
import type { LogLine } from '../../../workers/process/log-tail.ts';
import { type Html, html } from '../../../../core/html.ts';

export function stack(frames: readonly ShownFrame[]): Html {
  if (frames.length === 0) return html``;
  return html`<section aria-labelledby="stack">
    <h2 id="stack">Where it stood</h2>
    ${frames.map(
      ({ functionName, url, line, column, lines }) =>
        html`<h3>
            ${functionName === '' ? 'an anonymous function' : functionName}
            <span class="faint">${url.replace(/^file:\/\//, '')}:${line}:${column}</span>
          </h3>
          ${
            lines.length === 0
              ? undefined
              : html`<pre tabindex="0">
${lines.map(({ number, text }) => {
                    const shown = `${String(number).padStart(5)}  ${text}`;
                    return number === line ? html`<mark>${shown}</mark>${'\n'}` : `${shown}\n`;
                  })}</pre>`
          }`,
    )}
  </section>`;
}

export function log(lines: readonly LogLine[]): Html {
  if (lines.length === 0) return html``;
  return html`<section aria-labelledby="log">
    <h2 id="log">The last that it wrote</h2>
    <pre class="log" tabindex="0">
${lines.map(({ text, mark }) =>
        mark === undefined ? `${text}\n` : html`<mark data-mark="${mark}">${text}</mark>${'\n'}`,
      )}</pre>
  </section>`;
}

export function list(title: string, items: readonly string[]): Html {
  if (items.length === 0) return html``;
  const id = idOf(title);
  return html`<section aria-labelledby="${id}">
    <h2 id="${id}">${title}</h2>
    <ul>
      ${items.map((item) => html`<li>${item}</li>`)}
    </ul>
  </section>`;
}

/** @param none What is said when there are no rows; undefined rows are not spoken of. */
export function table(
  title: string,
  columns: readonly string[],
  rows: readonly (readonly (Html | string | number)[])[] | undefined,
  none: string = '',
): Html {
  if (rows === undefined) return html``;
  const id = idOf(title);
  const body =
    rows.length === 0
      ? html`<p>${none}</p>`
      : html`<div class="scroll" role="region" aria-labelledby="${id}" tabindex="0">
          <table>
            <thead>
              <tr>
                ${columns.map((name) => html`<th scope="col">${name}</th>`)}
              </tr>
            </thead>
            <tbody>
              ${rows.map(
                (row) =>
                  html`<tr>
                    ${row.map((cell) => html`<td>${cell}</td>`)}
                  </tr>`,
              )}
            </tbody>
          </table>
        </div>`;
  return html`<section aria-labelledby="${id}">
    <h2 id="${id}">${title}</h2>
    ${body}
  </section>`;
}

export function idOf(title: string): string {
  return title.toLowerCase().replaceAll(/[^a-z]+/g, '-');
}
