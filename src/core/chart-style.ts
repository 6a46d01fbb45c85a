/**
 * What all reports look like: light and dark, from a phone to a wide screen, on paper. Colours are those of the console, after Okabe and Ito, which all
 * eyes tell apart.
 */
export const REPORT_STYLE: string = `
:root { color-scheme: light dark; --ground: #faf9f7; --panel: #fff; --edge: #e6e2db; --text: #1d1b18; --faint: #68635b;
  --good: #0f766e; --late: #c2410c; --refused: #4f46c8; --failed: #b42318; --open: #8a857b; --shade: rgb(194 65 12 / 12%); }
@media (prefers-color-scheme: dark) { :root { --ground: #131412; --panel: #1b1c1a; --edge: #31332e; --text: #ece9e3; --faint: #a39e94;
  --good: #2bb8a6; --late: #f07c2b; --refused: #a5b4fc; --failed: #f98b83; --open: #8f8a80; --shade: rgb(251 146 60 / 16%); } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 16px/1.55 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; }
main { max-width: 52rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { margin: 0 0 .5rem; font-size: clamp(1.3rem, 3.5vw, 1.8rem); line-height: 1.25; overflow-wrap: anywhere; }
h2 { margin: 2rem 0 .5rem; font-size: 1.15rem; }
.faint { margin: 0 0 1.25rem; color: var(--faint); }
pre { padding: .6rem .8rem; overflow-x: auto; background: var(--panel); border: 1px solid var(--edge); border-radius: 8px; font: 13px/1.5 ui-monospace, Menlo, Consolas, monospace; }
.good, .line1 { color: var(--good); } .late, .line2 { color: var(--late); } .refused, .line3 { color: var(--refused); }
.failed, .line4 { color: var(--failed); } .open { color: var(--open); }
.chart { margin: 1rem 0; padding: .75rem 1rem; background: var(--panel); border: 1px solid var(--edge); border-radius: 12px; }
.chart figcaption { font-size: .9rem; font-weight: 600; }
.chart figcaption span { display: block; font-weight: 400; color: var(--faint); }
.chart ol, .chart ul { margin: 0; padding: 0; list-style: none; }
.plot { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .35rem .5rem; margin-top: .6rem; font-size: .75rem; color: var(--faint); }
.plot svg { display: block; width: 100%; height: 11rem; overflow: visible; }
.plot .y { display: grid; text-align: right; line-height: 1; white-space: nowrap; }
.plot .y li { grid-area: 1 / 1; position: relative; height: 0; margin-top: -.5em; }
.plot .x { grid-column: 2; position: relative; height: 1.2em; line-height: 1; }
.plot .x li { position: absolute; white-space: nowrap; }
.plot path { fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linejoin: round; vector-effect: non-scaling-stroke; }
.plot .area { fill: currentColor; stroke: none; }
.plot .dot { stroke-width: 7; stroke-linecap: round; }
.plot .hollow { stroke: var(--panel); stroke-width: 4; }
.plot .grid { stroke: var(--edge); stroke-width: 1; }
.plot .mark { stroke: var(--failed); stroke-width: 1; stroke-dasharray: 3 3; }
.plot .span { fill: var(--shade); stroke: none; }
.key { display: flex; flex-wrap: wrap; gap: 0 1rem; min-height: 1.2rem; font-size: .85rem; }
.key li:not(.axis)::before { content: '■ '; }
.key .axis { margin-left: auto; color: var(--faint); }
@media print { main { max-width: none; padding: 0; } .chart, pre { break-inside: avoid; } }
`;
