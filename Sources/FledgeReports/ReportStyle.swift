/// How all reports look: colours for light and dark, type, tables, bars, controls.
public enum ReportStyle {
    /// Colours are custom properties; a page's own style uses them too. `--accent` and `--second` are the two inks of
    /// charts; all text colours have a contrast of at least 4.5 to both backgrounds.
    public static let sheet: StaticString = #"""
        :root {
          color-scheme: light dark;
          --background: #f6f5f1; --surface: #ffffff; --raised: #f0eee8;
          --ink: #1b2126; --muted: #56606a; --line: #dcd9d1;
          --accent: #0a6570; --accent-soft: #d3e8ea; --second: #a4480b; --second-soft: #f6e0cf;
          --third: #5b4a9e; --on-accent: #ffffff;
          --accent-rgb: 10, 101, 112; --second-rgb: 164, 72, 11;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --background: #121518; --surface: #1a1e22; --raised: #252a30;
            --ink: #e9e7e2; --muted: #a5aeb7; --line: #353c44;
            --accent: #63c7d1; --accent-soft: #17414a; --second: #f0a566; --second-soft: #4a3018;
            --third: #b3a4f0; --on-accent: #0d1113;
            --accent-rgb: 99, 199, 209; --second-rgb: 240, 165, 102;
          }
        }
        * { box-sizing: border-box; }
        [hidden] { display: none !important; }
        html { -webkit-text-size-adjust: 100%; }
        body {
          margin: 0; background: var(--background); color: var(--ink);
          font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
        }
        .page { max-width: 68rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
        .page-header { margin: 0 0 1.25rem; }
        h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .4rem; text-wrap: balance; }
        h2 { font-size: 1.15rem; line-height: 1.3; margin: 0 0 .6rem; }
        h3 { font-size: 1rem; margin: 1.2rem 0 .4rem; }
        p { margin: 0 0 .75rem; max-width: 46rem; }
        .lead, .note, footer, caption, figcaption { color: var(--muted); }
        .note, footer, figcaption { font-size: .875rem; }
        a { color: var(--accent); }
        code, .code, pre { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
        code, .code { font-size: .9em; overflow-wrap: anywhere; }
        pre {
          margin: 0 0 .75rem; padding: .75rem; background: var(--raised); border-radius: .4rem;
          white-space: pre-wrap; overflow-wrap: anywhere; font-size: .875rem;
        }
        .card {
          background: var(--surface); border: 1px solid var(--line); border-radius: .6rem;
          padding: 1.1rem 1.25rem; margin: 0 0 1rem;
        }
        .facts { display: flex; flex-wrap: wrap; gap: .35rem .5rem; margin: 0 0 .75rem; padding: 0; list-style: none; }
        .facts li {
          background: var(--raised); border-radius: 1rem; padding: .1rem .7rem; font-size: .875rem;
        }
        .facts span { color: var(--muted); }
        .table-frame { overflow-x: auto; margin: 0 0 .75rem; }
        table { border-collapse: collapse; font-size: .9rem; min-width: 100%; }
        caption { text-align: left; padding: 0 0 .4rem; font-size: .875rem; }
        th, td { text-align: left; padding: .35rem .7rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
        thead th { color: var(--muted); font-weight: 600; white-space: nowrap; }
        tbody th { font-weight: 400; }
        .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
        .bars { list-style: none; margin: 0 0 .75rem; padding: 0; font-size: .9rem; }
        .bars li {
          display: grid; grid-template-columns: minmax(5rem, 9rem) 1fr 4rem; gap: .6rem; align-items: center;
          padding: .12rem 0;
        }
        .bar-label { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
        .bar-track { background: var(--raised); border-radius: .2rem; height: .9rem; display: block; }
        .bar-fill { background: var(--accent); border-radius: .2rem; height: 100%; display: block; min-width: 1px; }
        .bars .marked .bar-fill { background: var(--second); }
        .bars .marked { font-weight: 600; }
        .bar-value { text-align: right; font-variant-numeric: tabular-nums; }
        figure { margin: 0 0 1rem; }
        figure svg { display: block; width: 100%; height: auto; }
        svg text { fill: var(--muted); font: 12px system-ui, sans-serif; }
        svg .axis { stroke: var(--line); fill: none; }
        svg .series { stroke: var(--accent); fill: none; stroke-width: 2; }
        svg .series.second { stroke: var(--second); }
        svg .series.third { stroke: var(--third); }
        .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(18.5rem, 100%), 1fr)); gap: .5rem 1.5rem; }
        .chart { max-width: 30rem; min-width: 0; }
        .chart figcaption { color: var(--ink); font-weight: 600; margin: 0 0 .3rem; }
        .chart svg text { font-size: 13px; }
        .chart .note { margin: .2rem 0 0; }
        .chart-legend { display: flex; flex-wrap: wrap; gap: .1rem .9rem; margin: 0 0 .3rem; padding: 0; list-style: none; font-size: .875rem; color: var(--muted); }
        .chart-legend svg { display: inline-block; width: .8rem; height: .8rem; margin: 0 .35rem 0 0; vertical-align: -.05rem; }
        svg .name { fill: var(--ink); }
        svg .guide { stroke: var(--muted); stroke-dasharray: 4 3; }
        svg .mark, svg .bar { fill: var(--accent); }
        svg .whisker, svg .trend { stroke: var(--accent); stroke-width: 2; fill: none; }
        svg .trend { stroke-width: 1; opacity: .6; }
        svg .mark.second, svg .bar.second { fill: var(--second); }
        svg .whisker.second, svg .trend.second { stroke: var(--second); }
        svg .mark.third, svg .bar.third { fill: var(--third); }
        svg .whisker.third, svg .trend.third { stroke: var(--third); }
        .controls { display: flex; flex-wrap: wrap; gap: .6rem 1rem; align-items: end; margin: 0 0 .9rem; }
        .controls label, .controls .control { display: grid; gap: .2rem; font-size: .875rem; color: var(--muted); }
        select, button, input[type=range] { font: inherit; color: var(--ink); accent-color: var(--accent); }
        select, button {
          background: var(--raised); border: 1px solid var(--line); border-radius: .4rem; padding: .35rem .7rem;
          min-height: 2.25rem;
        }
        button { cursor: pointer; }
        button[aria-pressed=true], button[aria-checked=true] {
          background: var(--accent); border-color: var(--accent); color: var(--on-accent);
        }
        :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
        footer { margin: 1.5rem 0 0; }
        .visually-hidden {
          position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%);
          white-space: nowrap;
        }
        @media (max-width: 40rem) {
          .page { padding: 1rem .6rem 2rem; }
          .card { padding: .9rem .8rem; }
          h1 { font-size: 1.35rem; }
          .bars li { grid-template-columns: minmax(4rem, 6.5rem) 1fr 3.4rem; gap: .4rem; }
        }
        @media print { .card { break-inside: avoid; border: 0; padding: 0; } .controls { display: none; } }
        """#
}
