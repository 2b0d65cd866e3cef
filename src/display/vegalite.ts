import * as vega from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { displaySymbol, withMetadata, type Displayable, type MimeBundle } from './host.ts';
import { pictureOf, standalone } from './picture.ts';
import { theme } from './theme.ts';

/** JupyterLab 4.6 has a renderer for this version only; what our figures use is the same in versions 5 and 6. */
const schema = 'https://vega.github.io/schema/vega-lite/v5.json';

type Title = { title?: string | { text?: unknown } };

export interface Figure extends Displayable {
  /** The specification as shown: with the look of `theme.ts` beneath the figure's own `config`. */
  readonly spec: Record<string, unknown>;
  /** The figure drawn here, without a browser or a canvas. The same specification gives the same text. */
  svg(): Promise<string>;
}

/**
 * A figure from a Vega-Lite specification (data inline, as `{ values: […] }`). It shows itself in a notebook as
 * an interactive chart, as PNG where there is none (a web page, a slide, nbconvert, LaTeX), and as `text` in a terminal.
 * Without a PNG JupyterLab would add one, and so change a notebook that is only opened; with SVG, LaTeX needs Inkscape.
 * Its `description` is what a screen reader says; by default it is `text`.
 * @throws when the specification is not one that Vega-Lite can compile
 */
export function vegaLite(specification: object, { text }: { text?: string } = {}): Figure {
  const own = specification as Title & { config?: object; description?: string; usermeta?: object };
  const words = text ?? plain(own);
  const description = own.description ?? words;
  const themed = {
    ...own,
    $schema: undefined,
    description,
    config: { ...theme, ...own.config },
    // As part of the page, not as pixels: its text then follows the page's colours when these change.
    usermeta: { embedOptions: { renderer: 'svg' }, ...own.usermeta },
  };
  const spec: Record<string, unknown> = { ...themed, $schema: schema };
  const compiled = compiledSpec(themed, own);
  const drawing = () => draw(compiled, own);
  const svg = async () => standalone(await drawing(), description);
  return {
    spec,
    svg,
    [displaySymbol]: async ({ draft = false } = {}): Promise<MimeBundle> => {
      const chart = { 'application/vnd.vegalite.v5+json': spec };
      if (draft) return { ...chart, 'text/plain': words };
      const { png, width, height } = pictureOf(await drawing());
      const bundle = { ...chart, 'image/png': png.toString('base64'), 'text/plain': words };
      return withMetadata(bundle, { 'image/png': { width, height, alt: description } });
    },
  };
}

function plain({ title }: Title): string {
  const words = typeof title === 'object' ? title.text : title;
  return words ? `figure: ${String(words)}` : 'figure';
}

function compiledSpec(spec: object, own: object): vega.Spec {
  const complaints: string[] = [];
  try {
    const compiled = compile(spec as TopLevelSpec, { logger: listener(complaints) }).spec;
    if (complaints.length > 0) throw new Error(complaints.join('; '));
    return compiled;
  } catch (error) {
    throw refusal(error, own);
  }
}

async function draw(spec: vega.Spec, own: object): Promise<string> {
  const complaints: string[] = [];
  try {
    const view = new vega.View(vega.parse(spec), { renderer: 'none', logger: listener(complaints) });
    vega.resetSVGDefIds(); // a count over the whole process would make each drawing differ from the one before
    const svg = await view.toSVG();
    view.finalize();
    if (complaints.length > 0) throw new Error(complaints.join('; '));
    return svg;
  } catch (error) {
    throw refusal(error, own);
  }
}

function refusal(error: unknown, spec: object): Error {
  const text = `vega-lite cannot draw ${JSON.stringify(spec).slice(0, 160)}: ${(error as Error).message}`;
  return new Error(text, { cause: error });
}

/** Vega reports mistakes to a logger and draws on; they are collected here and thrown. */
function listener(complaints: string[]): vega.LoggerInterface {
  const logger: vega.LoggerInterface = {
    level: ((level?: number) => (level === undefined ? vega.Warn : logger)) as vega.LoggerInterface['level'],
    error: (...words) => {
      complaints.push(words.map(String).join(' '));
      return logger;
    },
    warn: () => logger,
    info: () => logger,
    debug: () => logger,
  };
  return logger;
}
