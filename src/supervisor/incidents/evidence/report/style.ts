/** Of the report: light and dark, from a phone to a wide screen, on paper. */
export const STYLE = `
:root { color-scheme: light dark; --ground: #fbfaf8; --panel: #fff; --edge: #e4e0d9; --text: #1d1b18; --faint: #6a655d;
  --line1: #0f766e; --line2: #c2410c; --line3: #4f46e5; --mark: #b91c1c; --shade: rgb(194 65 12 / 10%); }
@media (prefers-color-scheme: dark) { :root { --ground: #151614; --panel: #1e1f1d; --edge: #33352f; --text: #edeae4;
  --faint: #a19c92; --line1: #2dd4bf; --line2: #fb923c; --line3: #a5b4fc; --mark: #f87171; --shade: rgb(251 146 60 / 16%); } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 16px/1.55 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; }
main { max-width: 68rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { margin: 0 0 .75rem; font-size: clamp(1.35rem, 3.5vw, 2rem); line-height: 1.2; letter-spacing: -.015em; overflow-wrap: anywhere; }
h2 { margin: 2.5rem 0 .75rem; font-size: 1.15rem; }
h3 { margin: 1rem 0 .25rem; font-size: 1rem; overflow-wrap: anywhere; }
p, ul, ol { margin: .25rem 0; overflow-wrap: anywhere; }
a { color: var(--line1); }
.faint, figcaption .top, .ends, time, .count { color: var(--faint); }
.cause { display: inline-block; padding: .1rem .6rem; border-radius: 1rem; background: var(--shade); color: var(--line2); font-weight: 600; font-size: .9rem; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: .75rem; }
figure, .panel { margin: 0; padding: .75rem 1rem; background: var(--panel); border: 1px solid var(--edge); border-radius: 10px; }
figcaption { display: flex; justify-content: space-between; font-size: .9rem; font-weight: 600; }
figcaption .top { font-weight: 400; }
svg { display: block; width: 100%; height: 7rem; margin: .35rem 0; border-bottom: 1px solid var(--edge); }
path { fill: none; stroke-width: 1.6; vector-effect: non-scaling-stroke; stroke: currentColor; }
.mark { stroke: var(--mark); stroke-width: 1; stroke-dasharray: 3 3; vector-effect: non-scaling-stroke; }
.line1 { color: var(--line1); } .line2 { color: var(--line2); } .line3 { color: var(--line3); }
.ends { display: flex; justify-content: space-between; gap: .75rem; font-size: .8rem; }
.key { display: flex; flex-wrap: wrap; gap: 0 .9rem; margin: 0; padding: 0; list-style: none; }
.steps { padding: 0; list-style: none; }
.steps li { display: grid; grid-template-columns: max-content 1fr; gap: .75rem; }
time { white-space: nowrap; }
time, td, .count { font-variant-numeric: tabular-nums; }
pre { margin: .25rem 0; padding: .6rem .8rem; overflow-x: auto; background: var(--panel); border: 1px solid var(--edge); border-radius: 8px; font: 13px/1.5 ui-monospace, 'SF Mono', Menlo, Consolas, monospace; }
.log { max-height: 32rem; white-space: pre-wrap; overflow-wrap: anywhere; }
mark { background: var(--shade); color: inherit; }
pre:not(.log) mark { display: inline-block; min-width: 100%; }
mark[data-mark]::after { content: attr(data-mark); margin-left: .75rem; padding: 0 .4rem; border-radius: .6rem; background: var(--line2); color: var(--ground); font-size: .8em; }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: .92rem; }
th, td { padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--edge); text-align: left; vertical-align: top; overflow-wrap: anywhere; }
@media (max-width: 32rem) { .steps li { grid-template-columns: 1fr; gap: 0; } }
@media print { main { max-width: none; padding: 0; } figure, pre { break-inside: avoid; } }
`;
