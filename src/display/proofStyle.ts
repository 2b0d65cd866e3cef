/**
 * Style of proof tables. It travels with each table, since an output must stand alone in a saved notebook.
 * Colours follow JupyterLab's theme, VS Code's, or the browser's, in that order. Selectors repeat the class to
 * outweigh JupyterLab's own table style (zebra stripes, right alignment).
 */
const light =
  '--sb-fg:#1b1f24;--sb-mut:#5c6672;--sb-line:#e3e6ea;--sb-ok:#0b6b3a;--sb-okb:#dff3e7;--sb-no:#a3161b;--sb-nob:#fbdfdf;' +
  '--sb-norow:#fff5f5;--sb-as:#6b4e00;--sb-asb:#f7ecd0;--sb-un:#5b3a9b;--sb-unb:#ece5fa;--sb-va:#57606a;--sb-vab:#eceff2;--sb-te:#0a4f8c;--sb-teb:#dcebfa;';
const dark =
  '--sb-fg:#e6e8eb;--sb-mut:#9aa5b1;--sb-line:#30363d;--sb-ok:#7fe0a7;--sb-okb:#123423;--sb-no:#ff9d9d;--sb-nob:#4a1a1d;' +
  '--sb-norow:#241516;--sb-as:#e8c873;--sb-asb:#3a2f12;--sb-un:#c9b3ff;--sb-unb:#2c2146;--sb-va:#a8b1bb;--sb-vab:#262c33;--sb-te:#8cc6ff;--sb-teb:#11304d;';

const table = '.sb-proof.sb-proof.sb-proof';

const rules = [
  `.sb-proof{${light}color:var(--jp-content-font-color1,var(--sb-fg));font:14px/1.45 var(--jp-content-font-family,system-ui,sans-serif);overflow-x:auto;padding:4px 0}`,
  `@media(prefers-color-scheme:dark){.sb-proof{${dark}}}`,
  `[data-jp-theme-light="true"] .sb-proof,.vscode-light .sb-proof{${light}}`,
  `[data-jp-theme-light="false"] .sb-proof,.vscode-dark .sb-proof{${dark}}`,
  `${table} table{border-collapse:collapse;border:0;margin:0;font-size:14px;table-layout:auto;color:inherit}`,
  `${table} caption{caption-side:top;text-align:left;font-weight:600;padding:0 0 7px;color:inherit}`,
  `${table} caption small{font-weight:400;font-size:12.5px;color:var(--sb-mut);margin-left:.7em}`,
  `${table} tr{background:none}`,
  `${table} td{padding:8px;vertical-align:middle;text-align:left;border:0;border-top:1px solid var(--sb-line);max-width:none;white-space:normal}`,
  `${table} td.sb-n{color:var(--sb-mut);text-align:right;font-variant-numeric:tabular-nums}`,
  `${table} td.sb-rel{color:var(--sb-mut);white-space:nowrap;text-align:center}`,
  `${table} td.sb-rel math{font-size:16px}`,
  `${table} .sb-fact{display:inline-block}`,
  `${table} td.sb-eq{font-size:15.5px;white-space:nowrap;padding-right:12px}`,
  `${table} td.sb-why{min-width:125px;max-width:230px}`,
  `${table} td.sb-v{min-width:150px;max-width:300px;padding-right:0}`,
  `${table} math{font-family:"STIX Two Math","Latin Modern Math","Cambria Math","TeX Gyre Termes Math","DejaVu Math TeX Gyre",math}`,
  `${table} .sb-note,${table} .sb-ev{color:var(--sb-mut);font-size:12px;line-height:1.5;margin-top:2px}`,
  `${table} .sb-chip{display:inline-block;border-radius:10px;padding:0 9px;font-weight:600;font-size:12.5px;line-height:1.55;white-space:nowrap;background:var(--sb-vab);color:var(--sb-va)}`,
  ...chip('proved', 'ok'),
  ...chip('tested', 'te'),
  ...chip('refuted', 'no'),
  ...chip('error', 'no'),
  ...chip('assumed', 'as'),
  ...chip('undecided', 'un'),
  `${table} tr.sb-refuted{background:var(--sb-norow)}`,
  `${table} tr.sb-refuted .sb-diagnosis{color:var(--sb-no)}`,
  `${table} .temml-error{color:var(--sb-no)}`,
];

function chip(verdict: string, colour: string): string[] {
  return [`${table} .sb-${verdict} .sb-chip{background:var(--sb-${colour}b);color:var(--sb-${colour})}`];
}

export const proofStyle = `<style>${rules.join('\n')}</style>`;
