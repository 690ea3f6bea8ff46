"""The look of the page: style sheet, language switch and symbols of the verification's HTML report.

*Spec*: WCAG 2.2 AA: 1.4.1 use of colour, 1.4.3 and 1.4.11 contrast, 1.4.10 reflow at 320 px, 2.4.7 visible focus,
2.5.8 target size, 3.1.2 language of parts.

*Idea*: Nothing is fetched: system fonts, one style sheet, one small script, symbols drawn as SVG. The script only shows
one of the two languages; without it both stand one after the other. Colours are custom properties, so that light and
dark mode differ in one place, and tests compute their contrast.

*Invariants*: No text of a record ever enters these constants; their SHA-256 stands in the page's security policy.
"""

STYLE = """
:root{color-scheme:light dark;
--page:#f3f5f8;--card:#ffffff;--soft:#eef1f6;--ink:#16202e;--muted:#4b5768;--line:#cfd6e0;--accent:#1d3f72;
--on-accent:#ffffff;--link:#1b4f9c;--bar:#2f5fa5;--rest:#8296b3;--track:#e3e8ef;--mark:#16202e;
--pass:#0a6238;--pass-soft:#e6f4ec;--fail:#a01820;--fail-soft:#fdeced;--error:#7d4500;--error-soft:#fff2dd;
--absent:#4b5768;--absent-soft:#eceff4}
@media (prefers-color-scheme:dark){:root{
--page:#0f141b;--card:#171e28;--soft:#1f2834;--ink:#e8edf4;--muted:#b0bccb;--line:#38445a;--accent:#0b2447;
--on-accent:#f2f6fc;--link:#9cc2ff;--bar:#7fb0f5;--rest:#7486a3;--track:#2a3544;--mark:#f2f6fc;
--pass:#7fdcab;--pass-soft:#12301f;--fail:#ffa3a6;--fail-soft:#3d1519;--error:#ffc777;--error-soft:#3a2708;
--absent:#b0bccb;--absent-soft:#232d3a}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%;scroll-padding-top:1rem}
body{margin:0;background:var(--page);color:var(--ink);word-break:keep-all;overflow-wrap:anywhere;
font:400 1rem/1.65 system-ui,-apple-system,"Segoe UI","Apple SD Gothic Neo","Malgun Gothic","Noto Sans KR",
"Noto Sans CJK KR",Roboto,sans-serif}
a{color:var(--link);text-underline-offset:.18em}
:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:2px}
.skip{position:absolute;left:-999rem;top:0;padding:.75rem 1rem;background:var(--card);z-index:1}
.skip:focus{left:0}
.top{background:var(--accent);color:var(--on-accent);border-bottom:1px solid var(--line)}
.top>div,main,.legal{max-width:62rem;margin:0 auto;padding:0 1.25rem}
.top>div{display:flex;flex-wrap:wrap;gap:.25rem 1rem;align-items:center;justify-content:space-between;min-height:3.5rem}
.top p{margin:0;font-weight:650;letter-spacing:.01em}
.top nav{display:flex;gap:.25rem}
.top a{display:inline-flex;align-items:center;min-height:2.75rem;padding:0 .85rem;color:var(--on-accent);
text-decoration:none;border-bottom:3px solid transparent}
.top a:hover{text-decoration:underline}
.top a[aria-current]{border-bottom-color:var(--on-accent);font-weight:650}
.top a:focus-visible{outline-color:var(--on-accent);outline-offset:-4px}
[data-show="ko"] article[lang="en"],[data-show="en"] article[lang="ko"]{display:none}
article{padding:1.75rem 0 2rem}
article+article{border-top:6px double var(--line)}
article{scroll-margin-top:8rem}
[data-show] article+article{border:0}
.either span+span::before{content:" / "}
[data-show="ko"] .either [lang="en"],[data-show="en"] .either [lang="ko"]{display:none}
[data-show] .either span::before{content:none}
article:focus,main:focus{outline:none}
h1{font-size:1.7rem;line-height:1.3;margin:0 0 .35rem;letter-spacing:-.01em}
h2{font-size:1.28rem;line-height:1.35;margin:2.75rem 0 .75rem;padding-bottom:.4rem;border-bottom:2px solid var(--line)}
h3{font-size:1.1rem;line-height:1.4;margin:0 0 .5rem}
h4{font-size:1rem;margin:1.5rem 0 .5rem}
p{margin:.4rem 0 .8rem}
ul,ol{margin:.4rem 0 .8rem;padding-left:1.25rem}
ol{padding-left:1.6rem}
li{margin:.3rem 0}
.sub{color:var(--muted);margin-top:0}
.small{font-size:.9rem;color:var(--muted)}
.icon{width:1.05em;height:1.05em;vertical-align:-.16em;fill:none;stroke:currentColor;stroke-width:2.6;
stroke-linecap:round;stroke-linejoin:round;flex:none}
.verdict{display:flex;gap:1.1rem;padding:1.35rem 1.5rem;margin:1.25rem 0 0;border:1px solid;border-left-width:.5rem;
border-radius:.5rem}
.verdict>.icon{width:2.9rem;height:2.9rem;margin-top:.1rem}
.verdict h2{margin:0 0 .35rem;padding:0;border:0;font-size:1.6rem;line-height:1.3}
.verdict p{margin:.2rem 0 .4rem;color:var(--ink)}
.verdict.pass{background:var(--pass-soft);color:var(--pass)}
.verdict.fail{background:var(--fail-soft);color:var(--fail)}
.verdict.error{background:var(--error-soft);color:var(--error)}
.outcomes{list-style:none;margin:.9rem 0 0;padding:.8rem 0 0;border-top:1px solid currentColor}
.outcomes li{display:flex;gap:.6rem;margin:0 0 .5rem}
.outcomes .icon{margin-top:.35rem}
.outcomes li>span{color:var(--ink)}
.outcomes b{font-size:1.08rem}
.steps{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,15rem),1fr));gap:.35rem 1.5rem}
.steps li{margin:.1rem 0}
code{font-family:ui-monospace,"Cascadia Mono",Consolas,"Noto Sans Mono",monospace;font-size:.9rem;padding:.1rem .35rem;
background:var(--soft);border-radius:.25rem}
.remark{margin-top:.25rem;padding-left:.6rem;border-left:2px solid var(--line)}
.tally{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;margin:.75rem 0 0;padding:0;list-style:none;color:var(--ink)}
.tally li{margin:0}
.tally b{font-variant-numeric:tabular-nums}
.notice{display:flex;gap:.75rem;padding:.9rem 1.1rem;margin:1rem 0;border:1px solid var(--error);border-radius:.5rem;
background:var(--error-soft);color:var(--error)}
.notice .icon{margin-top:.3rem}
.notice p{margin:0;color:var(--ink)}
.card{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:1.35rem 1.5rem;margin:1rem 0}
.card h2{margin-top:0}
.card h3{font-size:1.2rem}
.card>:last-child{margin-bottom:0}
.outcome{display:flex;gap:.6rem;font-size:1.08rem;font-weight:650;margin:.4rem 0 1.1rem;padding:.7rem 1rem;
background:var(--soft);border-left:4px solid var(--bar);border-radius:.25rem}
.outcome .icon{margin-top:.32rem}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:.75rem 1.25rem;margin:1rem 0}
.facts>div{display:flex;flex-direction:column;justify-content:space-between}
.facts dt,.ids dt{color:var(--muted);font-size:.9rem}
.facts dd{margin:0;font-size:1.15rem;font-weight:650;font-variant-numeric:tabular-nums}
.ids{margin:0}
.ids>div{display:grid;grid-template-columns:minmax(9rem,15rem) 1fr;gap:0 1.25rem;padding:.4rem 0;
border-bottom:1px solid var(--line)}
.ids>div:last-child{border-bottom:0}
.ids dd{margin:0}
.mono{font-family:ui-monospace,"Cascadia Mono",Consolas,"Noto Sans Mono",monospace;font-size:.9rem;word-break:break-all}
figure{margin:0 0 1.5rem}
.bar+.name{margin:.4rem 0 0}
figcaption{font-size:.9rem;color:var(--muted);margin-top:.35rem}
.chart>div{margin:0 0 .85rem}
.name{display:flex;flex-wrap:wrap;gap:0 1rem;justify-content:space-between;align-items:baseline;margin-bottom:.2rem}
.name>span:first-child{flex:1 1 12rem}
.value{font-variant-numeric:tabular-nums;font-weight:650}
.tag{display:inline-flex;gap:.25rem;align-items:center;margin-left:.5rem;padding:0 .5rem;border:1px solid currentColor;
border-radius:1rem;font-size:.82rem;font-weight:650;white-space:nowrap}
.bar{display:block;width:100%;height:1.15rem;border-radius:.2rem}
.bar .track{fill:var(--track)}.bar .lead{fill:var(--bar)}.bar .rest{fill:var(--rest)}.bar .mark{fill:var(--mark)}
.symbols{position:absolute}
.scroll{overflow-x:auto;margin:.5rem 0 1rem}
.scroll th,.scroll td{overflow-wrap:break-word}
.scroll thead th{white-space:normal;min-width:4.2rem;max-width:14rem}
.scroll td:not(.num){min-width:8rem;max-width:20rem}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
caption{text-align:left;font-weight:650;padding:.25rem 0 .5rem}
th,td{text-align:left;vertical-align:top;padding:.5rem .6rem;border-bottom:1px solid var(--line)}
thead th{color:var(--muted);font-size:.9rem;font-weight:650;border-bottom-width:2px;white-space:nowrap}
tbody th{font-weight:400}
.num{text-align:right;white-space:nowrap}
.win th,.win td{font-weight:650}
.checks{table-layout:fixed}
.checks th:first-child{width:auto}
.checks .s{width:11rem}
.checks .s .small{margin-top:.2rem}
.checks thead th{white-space:normal}
.checks tbody th b{font-weight:650}
.checks .part th{background:var(--soft);font-weight:650;font-size:.95rem}
.checks .small{display:block}
.code{display:inline-block;min-width:3.1rem;font-family:ui-monospace,"Cascadia Mono",Consolas,monospace;
font-size:.88rem;color:var(--muted)}
.status{display:inline-flex;gap:.35rem;align-items:center;padding:.05rem .55rem;border-radius:.25rem;font-size:.88rem;
font-weight:650;line-height:1.6;overflow-wrap:normal}
.status.pass{background:var(--pass-soft);color:var(--pass)}.status.fail{background:var(--fail-soft);color:var(--fail)}
.status.error{background:var(--error-soft);color:var(--error)}.status.absent{background:var(--absent-soft);color:var(--absent)}
.broken{border-left:.35rem solid var(--fail)}
.broken .status{margin-right:.5rem}
details{margin:.35rem 0}
summary{min-height:2.75rem;padding:.55rem .25rem;cursor:pointer;font-weight:650}
summary:hover{text-decoration:underline}
details ul{overflow-wrap:anywhere}
.two{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,20rem),1fr));gap:1rem;margin-top:1.5rem}
.two .card{margin:0}
.legal{padding-bottom:2.5rem}
@media (max-width:40rem){
.top>div,main,.legal{padding:0 1rem}
h1{font-size:1.4rem}
.verdict{padding:1.1rem;gap:.8rem}.verdict>.icon{width:2rem;height:2rem}.verdict h2{font-size:1.3rem}
.card{padding:1.1rem 1rem}
.ids>div{grid-template-columns:1fr}
th,td{padding:.45rem .35rem}
.checks .s{width:6.4rem}.checks .code{display:block}
.status{padding:.05rem .35rem;font-size:.82rem}
.scroll th[scope="row"]{min-width:5.5rem}
thead th,thead th.num{white-space:normal}.scroll thead th{min-width:3rem}
.scroll td:not(.num){min-width:6rem}
}
@media (prefers-reduced-motion:reduce){*{animation:none!important;transition:none!important;
scroll-behavior:auto!important}}
@media (forced-colors:active){.bar .track{fill:Canvas;stroke:CanvasText}.bar .lead,.bar .rest{fill:CanvasText}
.bar .mark{fill:Highlight}.status,.tag,.verdict,.card{border:1px solid CanvasText}}
@media print{:root{color-scheme:light;--page:#fff;--card:#fff;--soft:#f2f2f2;--ink:#000;--muted:#333;--line:#999;
--track:#e6e6e6;--accent:#fff;--on-accent:#000;--bar:#333;--rest:#999;--mark:#000;--link:#000;--pass:#000;--pass-soft:#fff;--fail:#000;
--fail-soft:#fff;--error:#000;--error-soft:#fff;--absent:#333;--absent-soft:#fff}
body{font-size:10pt}.top nav,.skip{display:none}.card,.verdict,figure,tr,.notice{break-inside:avoid}
h2,h3{break-after:avoid}
.bar{print-color-adjust:exact;-webkit-print-color-adjust:exact}a{text-decoration:none}.scroll{overflow:visible}
details::details-content{content-visibility:visible;block-size:auto}}
"""

# Shows the language of the address (#ko..., #en...), else the one the page was made for, else the reader's; marks it in
# the switch. Nothing else.
SCRIPT = """
(function(){
var d=document,h=d.documentElement;
function show(){
var c=location.hash.slice(1,3),n=(navigator.language||"").slice(0,2)==="ko"?"ko":"en";
var l=c==="ko"||c==="en"?c:h.dataset.show||h.dataset.language||n;
h.dataset.show=l;h.lang=l;
d.querySelectorAll(".top nav a").forEach(function(a){
if(a.lang===l){a.setAttribute("aria-current","true")}else{a.removeAttribute("aria-current")}});
}
show();
d.addEventListener("DOMContentLoaded",show);
addEventListener("hashchange",show);
})();
"""

# Symbols beside the words of a status, referred to as #i-pass and so on.
SYMBOLS = (
    '<svg width="0" height="0" aria-hidden="true" class="symbols" focusable="false">'
    '<symbol id="i-pass" viewBox="0 0 24 24"><path d="M4 12.5l5.2 5.2L20 7"/></symbol>'
    '<symbol id="i-fail" viewBox="0 0 24 24"><path d="M5.5 5.5l13 13M18.5 5.5l-13 13"/></symbol>'
    '<symbol id="i-error" viewBox="0 0 24 24"><path d="M12 3.5L22 20.5H2zM12 10v4.5M12 17.4v.1"/></symbol>'
    '<symbol id="i-absent" viewBox="0 0 24 24"><path d="M5 12h14"/></symbol>'
    '<symbol id="i-tie" viewBox="0 0 24 24"><path d="M5 9h14M5 15h14"/></symbol>'
    '<symbol id="i-closed" viewBox="0 0 24 24"><path d="M5 11h14v9H5zM8 11V8a4 4 0 0 1 8 0v3"/></symbol>'
    "</svg>"
)
