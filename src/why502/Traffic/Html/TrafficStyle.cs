using System.Security.Cryptography;
using System.Text;

namespace Why502.Cli.Traffic;

/// <summary>How the HTML report looks: light, dark, on a phone, on paper. The page allows exactly this text as style, by its hash, and nothing else at all.</summary>
internal static class TrafficStyle
{
    public const string Text = """
        :root{color-scheme:light dark;--bg:#fff;--fg:#1b1f24;--soft:#59636e;--line:#d1d9e0;--card:#f6f8fa;--fault:#b3261e;--good:#1a7f37;--track:#e6eaef;--window:#ffebe9;
        --req:#4f8fd6;--s502:#cf222e;--s504:#e8871e;--s503:#8250df;--s500:#a0721b;--s499:#8c959f}
        @media screen and (prefers-color-scheme:dark){:root{--bg:#0d1117;--fg:#e6edf3;--soft:#9198a1;--line:#30363d;--card:#151b23;--fault:#ff7b72;--good:#3fb950;--track:#262c36;--window:#3a1d1f;
        --req:#4c8fdc;--s502:#f85149;--s504:#f0a04b;--s503:#a97bf5;--s500:#d4a72c;--s499:#7d8590}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--bg);color:var(--fg);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
        main{max-width:70rem;margin:0 auto;padding:1.5rem 1.25rem 3rem}
        h1{font-size:1.6rem;line-height:1.25;margin:.25rem 0 .5rem;overflow-wrap:anywhere;text-wrap:balance}
        h1.fault{color:var(--fault)}h1.good{color:var(--good)}
        h2{font-size:1.15rem;margin:2rem 0 .6rem;padding-bottom:.3rem;border-bottom:1px solid var(--line)}
        h3{font-size:1rem;margin:0 0 .2rem;overflow-wrap:anywhere}
        p{margin:.3rem 0}
        code{font:.9em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
        .soft,.meta{color:var(--soft);font-size:.88rem}
        .doubt{border:1px solid var(--s504);border-radius:6px;padding:.4rem .7rem}
        .facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:.6rem;margin:1rem 0 0;padding:0}
        .facts div{background:var(--card);border:1px solid var(--line);border-radius:6px;padding:.5rem .75rem}
        .facts dt{color:var(--soft);font-size:.8rem}
        .facts dd{margin:0;font-size:1.25rem;font-weight:600;font-variant-numeric:tabular-nums}
        article{background:var(--card);border:1px solid var(--line);border-left:4px solid var(--soft);border-radius:6px;padding:.7rem .9rem;margin:.7rem 0}
        article.fault{border-left-color:var(--fault)}
        article ul{margin:.35rem 0;padding-left:1.2rem}
        article .cause{font-weight:600;color:var(--fault)}
        figure{margin:.5rem 0 1.25rem}
        figcaption{display:flex;flex-wrap:wrap;gap:.1rem 1rem;justify-content:space-between;align-items:baseline;margin-bottom:.25rem}
        .legend{display:flex;flex-wrap:wrap;gap:0 .9rem;color:var(--soft);font-size:.85rem}
        .legend svg{width:.7em;height:.7em;margin-right:.35em}
        .plot{display:block;width:100%;height:130px;border-bottom:1px solid var(--line);background:linear-gradient(var(--line),var(--line)) 0 0/100% 1px no-repeat}
        .plot.low{height:70px}
        .plot,.heat svg,td svg{shape-rendering:crispEdges}
        .axis{display:flex;justify-content:space-between;color:var(--soft);font-size:.78rem;font-variant-numeric:tabular-nums}
        .req{fill:var(--req)}.s502{fill:var(--s502)}.s504{fill:var(--s504)}.s503{fill:var(--s503)}.s500{fill:var(--s500)}.s499{fill:var(--s499)}.window{fill:var(--window)}.track{fill:var(--track)}.hit{fill:transparent}
        .hit:hover{fill:var(--fg);fill-opacity:.12}
        .limit{fill:var(--fg)}
        .heat{display:grid;grid-template-columns:minmax(6rem,max-content) 1fr;gap:3px .8rem;align-items:center}
        .heat code{font-size:.8rem}
        .heat svg{display:block;width:100%;height:20px}
        .heat .axis{grid-column:2}
        .h0{fill:var(--track)}.h1{fill:#fbe3cf}.h2{fill:#f7bd8b}.h3{fill:#e05d33}.h4{fill:#b81f24}.h5{fill:#7a0b16}
        @media screen and (prefers-color-scheme:dark){.h1{fill:#5c3a21}.h2{fill:#8f4a1e}.h3{fill:#c2521f}.h4{fill:#ee4b3a}.h5{fill:#ff9a8f}}
        .scroll{overflow-x:auto}
        table{border-collapse:collapse;width:100%;font-size:.9rem}
        th,td{padding:.3rem .6rem;text-align:right;white-space:nowrap;border-bottom:1px solid var(--line);font-variant-numeric:tabular-nums;vertical-align:middle}
        thead th{color:var(--soft);font-weight:600}
        th:first-child{text-align:left;padding-left:0}
        tbody th{font-weight:400;white-space:normal;min-width:9rem;max-width:30rem}
        td.text{text-align:left;white-space:normal;overflow-wrap:anywhere}
        tr.bad th code{color:var(--fault);font-weight:700}
        td svg{display:inline-block;width:7rem;height:.65rem;vertical-align:middle;margin-left:.5rem}
        footer{margin-top:2.5rem;color:var(--soft);font-size:.85rem}
        @media (max-width:480px){main{padding:1rem .8rem 2rem}h1{font-size:1.3rem}.plot{height:110px}.axis span:nth-child(even){display:none}th,td{padding:.3rem .35rem}td svg{width:2.2rem}.heat{grid-template-columns:1fr;gap:1px}.heat .axis{grid-column:1}.heat svg{margin-bottom:5px}}
        @media print{:root{color-scheme:light}body{font-size:10.5pt;-webkit-print-color-adjust:exact;print-color-adjust:exact}main{max-width:none;padding:0}article,figure,tr,.facts{break-inside:avoid}h2,h3,figcaption{break-after:avoid}.scroll{overflow:visible}th,td{padding:.2rem .4rem}table{font-size:8.5pt}td svg{width:3.5rem}}
        """;

    /// <summary>The source expression of Content-Security-Policy that allows it.</summary>
    public static string Source { get; } = $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Text)))}'";
}
