import FledgeReports

/// How pages of explanations look beyond ``ReportStyle``.
enum ExplanationStyle {
    static let sheet: StaticString = #"""
        :root { --heat: .55; }
        @media (prefers-color-scheme: dark) { :root { --heat: .45; } }
        .tokens { display: flex; flex-wrap: wrap; gap: .25rem; margin: 0 0 .75rem; }
        .token {
          font: .875rem/1.4 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
          color: var(--ink); background: var(--raised); border: 1px solid var(--line); border-radius: .3rem;
          padding: .1rem .35rem; min-height: 0; max-width: 100%; overflow-wrap: anywhere; white-space: pre-wrap;
        }
        button.token { min-height: 1.75rem; min-width: 1.5rem; position: relative; }
        .token.special { color: var(--muted); border-style: dashed; }
        .token.made { border-color: var(--second); }
        .token.made[aria-current=true] { background: var(--second-soft); box-shadow: 0 0 0 1px var(--second); }
        #from .token[aria-checked=true] {
          background: var(--surface); color: var(--ink); border-color: var(--second); box-shadow: 0 0 0 2px var(--second);
        }
        #from .token[aria-checked=true].self {
          background: linear-gradient(rgba(var(--accent-rgb), var(--weight)), rgba(var(--accent-rgb), var(--weight))), var(--surface);
        }
        .token.shaded {
          background: linear-gradient(rgba(var(--accent-rgb), var(--weight)), rgba(var(--accent-rgb), var(--weight))), var(--surface);
        }
        .token.outside { opacity: .7; }
        .wide { flex: 1 1 12rem; }
        .wide input { width: 100%; }
        .wide output { font-variant-numeric: tabular-nums; color: var(--ink); }
        .stages { list-style: none; display: flex; flex-wrap: wrap; gap: .4rem; margin: 0 0 .9rem; padding: 0; }
        .stages li {
          background: var(--raised); border-radius: .4rem; padding: .3rem .6rem; font-size: .875rem; line-height: 1.35;
        }
        .stages li + li::before { content: "→ "; color: var(--muted); }
        .stages strong { font-weight: 600; }
        .stages span { display: block; color: var(--muted); }
        .legend { font-size: .875rem; color: var(--muted); margin: 0 0 .4rem; }
        .key { display: inline-block; width: .8rem; height: .8rem; border-radius: .2rem; margin: 0 .35rem 0 0; vertical-align: -.05rem; }
        .key.first { background: var(--accent); }
        .key.other { background: var(--second); margin-left: .8rem; }
        .candidates { list-style: none; margin: 0 0 .75rem; padding: 0; }
        .candidates li {
          display: grid; grid-template-columns: minmax(7rem, 12rem) 1fr; gap: .1rem .8rem; align-items: center;
          padding: .35rem .4rem; border-bottom: 1px solid var(--line);
        }
        .candidates .chosen { background: var(--raised); border-radius: .4rem; }
        .candidates .name { display: flex; gap: .4rem; align-items: center; min-width: 0; }
        .candidates .mark { color: var(--second); font-weight: 700; width: 1rem; flex: none; }
        .pair { display: grid; gap: .15rem; }
        .pair div { display: grid; grid-template-columns: 1fr 8.5rem; gap: .6rem; align-items: center; font-size: .85rem; }
        .pair .value { font-variant-numeric: tabular-nums; color: var(--muted); }
        .chosen .pair .value { color: var(--ink); font-weight: 600; }
        .pair .bar-track { height: .7rem; background: transparent; border-left: 1px solid var(--line); border-radius: 0; }
        .pair .bar-fill { border-radius: 0 .2rem .2rem 0; }
        .pair .other .bar-fill { background: var(--second); }
        details { margin: .9rem 0 0; }
        summary { cursor: pointer; font-weight: 600; padding: .25rem 0; }
        details > .note, details > .matrix, details > .table-frame, details > .grid-frame { margin-top: .5rem; }
        .matrix { position: relative; width: fit-content; max-width: 100%; border: 1px solid var(--line); }
        .matrix canvas { display: block; max-width: 100%; image-rendering: pixelated; cursor: crosshair; }
        #matrix-row { position: absolute; left: 0; right: 0; border: 1px solid var(--second); pointer-events: none; }
        .grid-frame { overflow: auto; max-height: 32rem; }
        .grid { min-width: 0; }
        .grid th { padding: .15rem .4rem; border: 0; font-size: .8rem; color: var(--muted); white-space: nowrap; }
        .grid td { padding: 2px; border: 0; }
        .grid button { padding: 0; min-height: 0; display: block; border-radius: .2rem; border: 2px solid var(--line); background: var(--surface); }
        .grid button.current { border-color: var(--second); }
        .grid canvas { display: block; width: 48px; height: 48px; image-rendering: auto; }
        @media (max-width: 40rem) {
          .candidates li { grid-template-columns: 6.5rem 1fr; gap: .1rem .4rem; padding: .3rem .2rem; }
          .candidates .name { gap: .15rem; }
          .pair div { grid-template-columns: 1fr 6.4rem; gap: .4rem; font-size: .8rem; }
          .controls label { flex: 1 1 8rem; }
          .controls select { width: 100%; }
          .controls .wide { flex: 1 1 8rem; }
          .controls #stage-control { flex-basis: 100%; }
        }
        """#
}
