/**
 * Style of proof tables. It travels with each table, since an output must stand alone in a saved notebook. All colours
 * are mixed from the colour of the text around it: a table is readable wherever that text is, whatever the page's theme.
 * Selectors repeat the class to outweigh the table styles of JupyterLab, nbconvert and Sphinx themes.
 */
import { looks, type LineVerdict } from './verdicts.ts';

const scope = '.sb-proof.sb-proof.sb-proof';

/** A share of one colour, the rest another. */
const mix = (colour: string, share: number, other: string): string =>
  `color-mix(in srgb,${colour} ${share}%,${other})`;
const faint = (share: number): string => mix('currentColor', share, 'transparent');

const rules = [
  `.sb-proof{color:inherit;font:14px/1.45 var(--jp-content-font-family,system-ui,sans-serif);padding:4px 0;text-align:left}`,
  `${scope} :is(table,thead,tbody,tr,th,td,caption){background:none;border:0;margin:0;color:inherit;font-weight:inherit;text-align:left;box-shadow:none;max-width:none}`,
  `${scope} table{display:table;border-collapse:collapse;border-spacing:0;width:100%;table-layout:fixed;font-size:14px}`,
  `${scope} caption{caption-side:top;font-weight:600;padding:0 0 6px}`,
  `${scope} caption small{font-weight:400;font-size:12.5px;color:${faint(78)};margin-left:.7em}`,
  `${scope} thead.sb-unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}`,
  `${scope} thead th{font-size:12px;color:${faint(78)};padding:3px 8px}`,
  `${scope} :is(tbody th,tbody td){padding:7px 8px;vertical-align:top;border-top:1px solid;border-color:${faint(18)};white-space:normal;overflow-wrap:anywhere}`,
  `${scope} tbody th{white-space:nowrap}`,
  `${scope} tbody th.sb-name{white-space:normal}`,
  `${scope} table.sb-symbols{table-layout:auto;width:auto}`,
  `${scope} .sb-symbols code{white-space:nowrap;background:none;color:inherit}`,
  `${scope} col.sb-c1{width:10.6em}`,
  `${scope} .sb-n{display:inline-block;min-width:1.4em;padding-right:.1em;text-align:right;font-variant-numeric:tabular-nums;color:${faint(78)}}`,
  `${scope} .sb-chip{display:inline-block;border:1px solid;border-radius:10px;padding:0 8px;font-weight:600;font-size:12.5px;line-height:1.5;white-space:nowrap}`,
  `${scope} .sb-cell{container-type:inline-size;min-width:0}`,
  // As large as fits its place, and no smaller than can be read: what is wider still scrolls, alone.
  `${scope} .sb-line{font-size:15.5px;font-size:clamp(11px,calc(93cqi / var(--sb-w)),15.5px);overflow-x:auto;overflow-y:hidden;padding:1px 0}`,
  `${scope} .sb-clause{display:inline-block;max-width:100%;padding-left:1.2em;text-indent:-1.2em;vertical-align:baseline}`,
  `${scope} math{font-family:"STIX Two Math","Latin Modern Math","Cambria Math","TeX Gyre Termes Math","DejaVu Math TeX Gyre",math;text-indent:0}`,
  `${scope} .sb-line math{margin:2px 0}`,
  `${scope} .sb-word{color:${faint(78)};font-size:14px;margin-right:.5em}`,
  `${scope} :is(.sb-why,.sb-why summary){margin-top:2px}`,
  `${scope} details>summary{cursor:pointer;list-style-position:inside}`,
  `${scope} .sb-note{color:${faint(78)};font-size:12.5px;margin-top:1px}`,
  `${scope} ul.sb-ev{margin:2px 0 2px 1.1em;padding:0 0 0 .6em;list-style:disc;color:${faint(78)};font-size:12.5px}`,
  `${scope} .sb-ev li{margin:0}`,
  `${scope} .sb-chip{color:var(--sb-ink);background:var(--sb-tint);border-style:var(--sb-edge);border-color:${faint(55)}}`,
  `${scope} :is(.sb-diagnosis,.temml-error){color:${mix(looks.refuted.colour, 42, 'currentColor')}!important}`,
  `${scope} tr.sb-refuted{background:${mix(looks.refuted.colour, 6, 'transparent')}}`,
  // On paper nothing scrolls, and a dark page's colours are left behind.
  `@media print{${[
    `.sb-proof.sb-proof{color:#000;background:#fff;print-color-adjust:exact;-webkit-print-color-adjust:exact}`,
    `${scope} .sb-line{font-size:min(15.5px,calc(93cqi / var(--sb-w)));overflow:visible}`,
    `${scope} tr{break-inside:avoid}`,
    `${scope} caption{break-after:avoid}`,
  ].join('')}}`,
];

const verdictRule = (verdict: LineVerdict): string => {
  const { colour, edge } = looks[verdict];
  return (
    `${scope} .sb-${verdict}{--sb-ink:${mix(colour, 42, 'currentColor')};--sb-edge:${edge};` +
    `--sb-tint:${mix(colour, 13, 'transparent')}}`
  );
};

/** The style of a table in which these verdicts occur. */
export const proofStyle = (verdicts: Iterable<LineVerdict> = []): string =>
  `<style>${[...rules, ...[...new Set(verdicts)].map(verdictRule)].join('\n')}</style>`;
