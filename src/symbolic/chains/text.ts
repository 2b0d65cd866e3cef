/** Statements as text that parses back, and as TeX. */
import {
  indexText,
  isSpan,
  placeText,
  type ChainExpr,
  type Density,
  type Index,
  type Place,
} from './syntax.ts';

const SUM = 1;
const PRODUCT = 2;
const ATOM = 3;

/** How each construct is written; text and TeX are two such writings. */
interface Writing {
  density(d: Density): string;
  fraction(num: string, den: string): { body: string; binds: number };
  bracket(body: string): string;
  log(body: string): string;
  expect(over: string, body: string): string;
  kl(a: string, b: string): string;
  entropy(d: string): string;
  big(kind: 'sum' | 'prod', index: string, from: Index, to: Index): string;
  integral(over: string): string;
  places(places: readonly Place[]): string;
  times: string;
}

const textPlaces = (places: readonly Place[]): string => places.map(placeText).join(',');

const plain: Writing = {
  density: ({ name, left, given }) =>
    `${name}(${textPlaces(left)}${given.length > 0 ? `|${textPlaces(given)}` : ''})`,
  fraction: (num, den) => ({ body: `${num}/${den}`, binds: PRODUCT }),
  bracket: (body) => `(${body})`,
  log: (body) => `log ${body}`,
  expect: (over, body) => `E_{${over}}[${body}]`,
  kl: (a, b) => `KL(${a} || ${b})`,
  entropy: (d) => `H(${d})`,
  big: (kind, index, from, to) => `${kind}_{${index}=${indexText(from)}}^{${indexText(to)}} `,
  integral: (over) => `int_{${over}} `,
  places: textPlaces,
  times: ' * ',
};

const greek =
  'alpha|beta|gamma|delta|epsilon|theta|lambda|mu|nu|phi|psi|rho|sigma|tau|chi|omega|eta|zeta|xi|pi';

/** q_phi as q_{\phi}, x_t as x_{t}. */
export function nameTeX(name: string): string {
  const [head, ...rest] = name.split('_');
  const spell = (part: string): string => part.replace(new RegExp(`^(${greek})$`), '\\$1');
  return rest.length === 0 ? spell(head) : `${spell(head)}_{${rest.map(spell).join(',')}}`;
}

export const placeTeX = (place: Place): string => {
  if (isSpan(place)) return `${nameTeX(place.family)}_{${indexText(place.from)}:${indexText(place.to)}}`;
  return place.index === undefined
    ? nameTeX(place.family)
    : `${nameTeX(place.family)}_{${indexText(place.index)}}`;
};

const texPlaces = (places: readonly Place[]): string => places.map(placeTeX).join(', ');

export const densityTeX = ({ name, left, given }: Density): string =>
  `${nameTeX(name)}(${texPlaces(left)}${given.length > 0 ? ` \\mid ${texPlaces(given)}` : ''})`;

const tex: Writing = {
  density: densityTeX,
  fraction: (num, den) => ({ body: `\\frac{${num}}{${den}}`, binds: ATOM }),
  bracket: (body) => `\\left(${body}\\right)`,
  log: (body) => `\\log ${body}`,
  expect: (over, body) => `\\mathbb{E}_{${over}}\\!\\left[${body}\\right]`,
  kl: (a, b) => `D_{\\mathrm{KL}}\\!\\left(${a} \\,\\middle\\|\\, ${b}\\right)`,
  entropy: (d) => `\\mathrm{H}\\!\\left(${d}\\right)`,
  big: (kind, index, from, to) => `\\${kind}_{${index}=${indexText(from)}}^{${indexText(to)}} `,
  integral: (over) => `\\int_{${over}} `,
  places: texPlaces,
  times: '\\, ',
};

interface Piece {
  body: string;
  binds: number;
  negative?: boolean;
}

const atom = (body: string): Piece => ({ body, binds: ATOM });

function write(expr: ChainExpr, w: Writing): Piece {
  const at = (e: ChainExpr, binds: number): string => {
    const piece = write(e, w);
    const body = piece.negative ? `-${piece.body}` : piece.body;
    return piece.negative || piece.binds < binds ? w.bracket(body) : body;
  };
  const whole = (e: ChainExpr): string => {
    const { body, negative } = write(e, w);
    return negative ? `-${body}` : body;
  };
  switch (expr.kind) {
    case 'number': {
      const { n, d } = expr.value;
      const size = { n: n < 0n ? -n : n, d };
      if (d === 1n) return { body: `${size.n}`, binds: ATOM, negative: n < 0n };
      return w === tex
        ? { body: `\\tfrac{${size.n}}{${d}}`, binds: ATOM, negative: n < 0n }
        : { body: `${size.n}/${d}`, binds: PRODUCT, negative: n < 0n };
    }
    case 'density':
      return atom(w.density(expr.density));
    case 'function':
      return atom(`${w === tex ? nameTeX(expr.name) : expr.name}(${w.places(expr.args)})`);
    case 'add': {
      const terms = expr.args.map((term) => {
        const piece = write(term, w);
        return piece.binds === SUM ? atom(w.bracket(piece.body)) : piece;
      });
      const body = terms.map(
        (t, i) => (i === 0 ? (t.negative ? '-' : '') : t.negative ? ' - ' : ' + ') + t.body,
      );
      return { body: body.join(''), binds: SUM };
    }
    case 'neg': {
      const inner = write(expr.arg, w);
      const bracketed = inner.negative || inner.binds < PRODUCT;
      return { body: bracketed ? w.bracket(whole(expr.arg)) : inner.body, binds: PRODUCT, negative: true };
    }
    case 'mul': {
      // A sum's body ends where the product ends, so only the last factor may be one without brackets.
      const factors = expr.args.map((f, i) => at(f, isBig(f) && i === expr.args.length - 1 ? PRODUCT : ATOM));
      return { body: factors.join(w.times), binds: PRODUCT };
    }
    case 'div':
      return w === tex
        ? w.fraction(whole(expr.num), whole(expr.den))
        : w.fraction(at(expr.num, ATOM), at(expr.den, ATOM));
    case 'log':
      return { body: w.log(logArgument(expr.arg, at, w)), binds: PRODUCT };
    case 'expect':
      return atom(w.expect(w.density(expr.over), whole(expr.arg)));
    case 'kl':
      return atom(w.kl(w.density(expr.first), w.density(expr.second)));
    case 'entropy':
      return atom(w.entropy(w.density(expr.of)));
    case 'sum':
    case 'prod':
      return {
        body:
          w.big(expr.kind, expr.index, expr.from, expr.to) +
          at(expr.body, expr.kind === 'sum' ? PRODUCT : ATOM),
        binds: PRODUCT,
      };
    case 'integral':
      return { body: w.integral(w.places(expr.over)) + at(expr.arg, PRODUCT), binds: PRODUCT };
  }
}

const isBig = ({ kind }: ChainExpr): boolean => kind === 'sum' || kind === 'integral';

function logArgument(arg: ChainExpr, at: (e: ChainExpr, binds: number) => string, w: Writing): string {
  return arg.kind === 'log' ? w.bracket(at(arg, SUM)) : at(arg, ATOM);
}

/** Text that the parser reads back as the same expression. */
export const chainText = (expr: ChainExpr): string => {
  const { body, negative } = write(expr, plain);
  return negative ? `-${body}` : body;
};

export const chainTeX = (expr: ChainExpr): string => {
  const { body, negative } = write(expr, tex);
  return negative ? `-${body}` : body;
};

export const densityText = plain.density;
