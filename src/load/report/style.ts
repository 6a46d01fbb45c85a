/** Of the report: light and dark, from a phone to a wide screen. */
export const STYLE = `
:root { color-scheme: light dark; --ground: #fbfaf8; --panel: #fff; --edge: #e4e0d9; --text: #1d1b18; --faint: #6a655d;
  --good: #0f766e; --late: #b45309; --refused: #4f46e5; --failed: #b91c1c; --open: #9a948a; }
@media (prefers-color-scheme: dark) { :root { --ground: #151614; --panel: #1e1f1d; --edge: #33352f; --text: #edeae4;
  --faint: #a19c92; --good: #2dd4bf; --late: #fbbf24; --refused: #a5b4fc; --failed: #f87171; --open: #78736a; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 16px/1.55 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; }
main { max-width: 52rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { margin: 0 0 .5rem; font-size: clamp(1.3rem, 3.5vw, 1.8rem); line-height: 1.25; overflow-wrap: anywhere; }
h2 { margin: 2rem 0 .5rem; font-size: 1.15rem; }
.faint { margin: 0 0 1.25rem; color: var(--faint); }
.bad { color: var(--failed); font-weight: 600; }
figure { margin: 1rem 0; padding: .75rem 1rem; background: var(--panel); border: 1px solid var(--edge); border-radius: 10px; }
figcaption { font-weight: 600; }
svg { display: block; width: 100%; height: auto; }
text { fill: var(--faint); font-size: 11px; }
path { fill: none; stroke: currentColor; stroke-width: 1.8; }
path.area { fill: currentColor; stroke: none; }
rect { fill: currentColor; }
.grid { stroke: var(--edge); }
.good { color: var(--good); } .late { color: var(--late); } .refused { color: var(--refused); }
.failed { color: var(--failed); } .open { color: var(--open); }
.key { display: flex; flex-wrap: wrap; gap: 0 1rem; margin: .25rem 0 0; padding: 0; list-style: none; font-size: .85rem; }
.key li::before { content: '■ '; }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: .92rem; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--edge); text-align: right; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; white-space: normal; overflow-wrap: anywhere; min-width: 8rem; }
div + .faint { margin-top: 1rem; }
`;
