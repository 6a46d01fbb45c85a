import { REPORT_STYLE } from '../../core/chart-style.ts';

export const STYLE: string = `${REPORT_STYLE}
.bad { color: var(--failed); font-weight: 600; }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: .92rem; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--edge); text-align: right; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; white-space: normal; overflow-wrap: anywhere; min-width: 8rem; }
div + .faint { margin-top: 1rem; }
`;
