/// How pages of labs look beyond the sheet of all reports.
enum LabStyle {
    static let sheet: StaticString = #"""
        .verdicts { margin: 0 0 .75rem; display: grid; gap: .7rem; }
        .verdicts div { display: grid; grid-template-columns: 9.5rem 1fr; gap: .2rem 1rem; }
        .verdicts dt { font-weight: 600; color: var(--muted); }
        .verdicts dd { margin: 0; max-width: 46rem; }
        .verdicts .next { background: var(--accent-soft); border-radius: .5rem; padding: .7rem .9rem; }
        .verdicts .next dt { color: var(--ink); }
        .verdicts .next dd { font-weight: 600; }
        tbody th { min-width: 10rem; }
        .interval { color: var(--muted); font-size: .85em; }
        .example + .example { border-top: 1px solid var(--line); margin-top: 1.2rem; padding-top: 1rem; }
        .example h3 { margin-top: 0; }
        .example details pre { max-height: 22rem; overflow: auto; margin-top: .4rem; }
        .example summary { cursor: pointer; padding: .25rem 0; color: var(--accent); }
        .texts { margin: .5rem 0 0; }
        .texts div { display: grid; grid-template-columns: 13rem 1fr; gap: .1rem 1rem; padding: .4rem .6rem; border-top: 1px solid var(--line); }
        .texts dt { color: var(--muted); font-size: .9rem; }
        .texts dd { margin: 0; white-space: pre-line; overflow-wrap: anywhere; max-width: 46rem; }
        .texts .human { background: var(--second-soft); border-radius: .4rem; border-top: 0; }
        .texts .human dt { color: var(--ink); }
        .empty { color: var(--muted); font-style: italic; }
        @media (max-width: 40rem) {
          .verdicts div, .texts div { grid-template-columns: 1fr; }
        }
        """#
}
