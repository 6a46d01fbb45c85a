/** Of the page: light and dark, from a phone to a wide screen. */
export const STYLE = `
:root { color-scheme: light dark; --ground: #fbfaf8; --panel: #fff; --edge: #e4e0d9; --text: #1d1b18; --faint: #6a655d;
  --line1: #0f766e; --line2: #c2410c; --line3: #4f46e5; --mark: #b91c1c; }
@media (prefers-color-scheme: dark) { :root { --ground: #151614; --panel: #1e1f1d; --edge: #33352f; --text: #edeae4;
  --faint: #a19c92; --line1: #2dd4bf; --line2: #fb923c; --line3: #a5b4fc; --mark: #f87171; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 16px/1.55 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; }
main { max-width: 52rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { margin: 0 0 .5rem; font-size: clamp(1.3rem, 3.5vw, 1.8rem); line-height: 1.25; }
.faint { margin: 0 0 1.25rem; color: var(--faint); }
pre { padding: .6rem .8rem; overflow-x: auto; background: var(--panel); border: 1px solid var(--edge); border-radius: 8px; white-space: pre-wrap; overflow-wrap: anywhere; font: 13px/1.5 ui-monospace, Menlo, Consolas, monospace; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .35rem 1.25rem; margin: 1.5rem 0; }
dt { color: var(--faint); } dd { margin: 0; overflow-wrap: anywhere; }
figure { margin: 1rem 0; padding: .75rem 1rem; background: var(--panel); border: 1px solid var(--edge); border-radius: 10px; }
figcaption { font-weight: 600; }
svg { display: block; width: 100%; height: auto; }
text { fill: var(--faint); font-size: 11px; }
path { fill: none; stroke: currentColor; stroke-width: 1.8; }
circle { fill: currentColor; stroke: currentColor; }
.hollow { fill: var(--panel); }
.grid { stroke: var(--edge); }
.mark { stroke: var(--mark); stroke-dasharray: 3 3; }
.line1 { color: var(--line1); } .line2 { color: var(--line2); } .line3 { color: var(--line3); }
.key { display: flex; flex-wrap: wrap; gap: 0 1rem; margin: .25rem 0 0; padding: 0; list-style: none; font-size: .85rem; }
@media (max-width: 32rem) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .5rem; } }
`;
