/** A drawing as the pictures that other programs show: SVG that stands alone, and PNG. */
import { createRequire } from 'node:module';
import { Resvg } from '@resvg/resvg-js';
import { escapeHtml } from './proofMath.ts';

/** As on paper. A page's own colours are known only where a drawing is part of the page. */
const paper = { ground: '#ffffff', ink: '#1b1f24' };

/** The one font of every picture: without it a picture would depend on the fonts of the machine that draws it. */
const font = createRequire(import.meta.url).resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf');

/** Pixels of a PNG for each pixel of the drawing: sharp in print and on dense screens. */
const density = 2;

/**
 * The drawing with its description, no wider than its page. Where it is a picture of its own it stands on paper; where it
 * is part of a page it has the colours of the text there.
 */
export function standalone(svg: string, description: string): string {
  const words = escapeHtml(description);
  return svg.replace(
    /<svg ([^>]*)>/,
    `<svg $1 role="img" aria-label="${words}" style="max-width:100%;height:auto"><title>${words}</title>` +
      `<style>svg:root{background:${paper.ground};color:${paper.ink}}</style>`,
  );
}

export interface Picture {
  readonly png: Buffer;
  /** Its size on the page: fewer pixels than it has. */
  readonly width: number;
  readonly height: number;
}

/** A drawing as PNG. The same drawing gives the same bytes. */
export function pictureOf(svg: string): Picture {
  const picture = new Resvg(svg.replaceAll('currentColor', paper.ink), {
    background: paper.ground,
    fitTo: { mode: 'zoom', value: density },
    font: {
      fontFiles: [font],
      loadSystemFonts: false,
      defaultFontFamily: 'DejaVu Sans',
      sansSerifFamily: 'DejaVu Sans',
    },
  });
  return { png: picture.render().asPng(), width: picture.width, height: picture.height };
}
