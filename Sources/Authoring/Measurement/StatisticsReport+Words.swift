extension StatisticsReport {
    static let style = """
        :root{color-scheme:light}
        body{font:15px/1.5 system-ui,"Noto Sans","Noto Sans CJK SC",sans-serif;color:#1b2733;background:#fff;
        max-width:1020px;margin:2rem auto;padding:0 1rem}
        h1{font-size:1.7rem;margin:0}h2{font-size:1.25rem;margin:2.2rem 0 .6rem;border-bottom:2px solid #1f4e79}
        h3{font-size:1.05rem;margin:1.6rem 0 .5rem}h4{margin:0 0 .2rem}small{color:#5b6b7a;font-weight:400}
        .sub{color:#5b6b7a;margin:.2rem 0}.warn{color:#8a1c1c;margin:.2rem 0 1rem}
        table{border-collapse:collapse;margin:.4rem 0;font-variant-numeric:tabular-nums}
        th,td{padding:.18rem .6rem;text-align:right;border-bottom:1px solid #e2e7ec;vertical-align:top}
        th{color:#5b6b7a;font-weight:600;border-bottom-color:#9fb0c0}
        th:first-child,td:first-child,th:last-child,td:last-child{text-align:left}
        th{white-space:nowrap}.two th:nth-child(2),.two td:nth-child(2){text-align:left}
        tr.all td{font-weight:600}tr.flagged td{background:#fdf1ec}a{color:#1f4e79}
        .plots{display:flex;flex-wrap:wrap;gap:1rem;align-items:flex-start}
        figure{margin:0}figcaption{font-size:.85rem;color:#5b6b7a;max-width:460px;padding-left:56px}
        svg{max-width:100%;height:auto;display:block}
        .card{border:1px solid #d5dde4;border-left:4px solid #b3261e;border-radius:4px;padding:.8rem 1rem;margin:.8rem 0;
        break-inside:avoid}
        .flags{color:#8a1c1c;margin:0 0 .3rem}.stem{font-size:1.05rem;margin:.2rem 0 .5rem}
        .options td:first-child{max-width:340px}.meter{width:130px}
        .meter i{display:block;height:.8rem;margin-top:.35rem;background:#b9c6d2}.meter i.key{background:#2f6fa8}
        dl{columns:2;column-gap:2rem}dt{font-weight:600}dd{margin:0 0 .6rem;break-inside:avoid}
        @media print{body{margin:0;max-width:none}h2{break-before:auto}}
        """

    /// What the figures mean, for an author; the formulas stand in Documentation/statistics.md.
    static func explanation(minimum: Int) -> String {
        """
        <h2>What the figures mean</h2>
        <dl>
        <dt>n, correct, options chosen</dt><dd>People who reached the question, and what they chose; the key is bold. In \
        an examination that most people pass, high shares are no fault.</dd>
        <dt>not reached</dt><dd>Time or examination ended before; these people count nowhere else.</dd>
        <dt>point-biserial</dt><dd>Whether people who know more are right more often: correlation of this answer with the \
        number of the paper's other right answers. From 0.30 good; below 0 the key may be wrong.</dd>
        <dt>D</dt><dd>Share correct among the best 27 % of people less that among the worst 27 %.</dd>
        <dt>language</dt><dd>Mantel–Haenszel: people of equal score are compared. Below −1.5 a question is much harder in \
        that language than in the bank's first, above 1.5 much easier.</dd>
        <dt>KR-20, SEM</dt><dd>How far scores tell people apart (1 would be perfectly), and by how many points a score \
        would vary if the same person sat another paper.</dd>
        <dt>flags</dt><dd>“check key”: point-biserial below 0 by more than chance. “hard”: fewer than 30 % correct. \
        “language”: large difference between languages, by more than chance. Nothing is flagged on fewer than \(minimum) whole attempts.</dd>
        <dt>notes</dt><dd>“negative”: below 0, but chance could do that. “weak”: below 0.20. “easy”: more than 85 % \
        correct.</dd>
        </dl>

        """
    }
}
