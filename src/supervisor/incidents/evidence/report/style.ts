import { REPORT_STYLE } from '../../../../core/chart-style.ts';

export const STYLE: string = `${REPORT_STYLE}
main { max-width: 68rem; }
h1 { margin: 0 0 .75rem; font-size: clamp(1.35rem, 3.5vw, 2rem); line-height: 1.2; letter-spacing: -.015em; }
h2 { margin: 2.5rem 0 .75rem; }
h3 { margin: 1rem 0 .25rem; font-size: 1rem; overflow-wrap: anywhere; }
p, ul, ol { margin: .25rem 0; overflow-wrap: anywhere; }
a { color: var(--good); }
time, .count { color: var(--faint); }
.cause { display: inline-block; padding: .1rem .6rem; border-radius: 1rem; background: var(--shade); color: var(--late); font-weight: 600; font-size: .9rem; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: .75rem; }
.charts .chart { margin: 0; }
.plot svg { height: 7rem; }
.panel { margin: 0; padding: .75rem 1rem; background: var(--panel); border: 1px solid var(--edge); border-radius: 12px; }
.steps { padding: 0; list-style: none; }
.steps li { display: grid; grid-template-columns: max-content 1fr; gap: .75rem; }
time { white-space: nowrap; }
time, td, .count { font-variant-numeric: tabular-nums; }
pre { margin: .25rem 0; }
.log { max-height: 32rem; white-space: pre-wrap; overflow-wrap: anywhere; }
mark { background: var(--shade); color: inherit; }
pre:not(.log) mark { display: inline-block; min-width: 100%; }
mark[data-mark]::after { content: attr(data-mark); margin-left: .75rem; padding: 0 .4rem; border-radius: .6rem; background: var(--late); color: var(--ground); font-size: .8em; }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: .92rem; }
th, td { padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--edge); text-align: left; vertical-align: top; overflow-wrap: anywhere; }
@media (max-width: 32rem) { .steps li { grid-template-columns: 1fr; gap: 0; } }
`;
