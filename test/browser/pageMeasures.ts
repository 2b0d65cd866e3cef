/** What a reader of a page can make out, measured in the page. Each function runs there. */

/** Texts of proof tables whose contrast with what is behind them is below the ratio, with that ratio. */
export function faintTexts(least: number): string[] {
  type Colour = [number, number, number, number];
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 1;
  const pen = canvas.getContext('2d', { willReadFrequently: true })!;
  const colours = new Map<string, Colour>();
  /** Any CSS colour as red, green, blue and alpha. */
  const read = (css: string): Colour => {
    const known = colours.get(css);
    if (known !== undefined) return known;
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = css;
    pen.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
    const colour: Colour = [r, g, b, a / 255];
    colours.set(css, colour);
    return colour;
  };
  const over = ([r, g, b, a]: Colour, under: Colour): Colour => [
    r * a + under[0] * (1 - a),
    g * a + under[1] * (1 - a),
    b * a + under[2] * (1 - a),
    1,
  ];
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  const scheme = getComputedStyle(document.documentElement).colorScheme;
  const canvasColour: Colour =
    scheme.includes('dark') && (dark || !scheme.includes('light')) ? [18, 18, 18, 1] : [255, 255, 255, 1];
  const behind = (element: Element | null): Colour => {
    if (element === null) return canvasColour;
    const own = read(getComputedStyle(element).backgroundColor);
    return own[3] === 1 ? own : over(own, behind(element.parentElement));
  };
  const luminance = (colour: Colour): number => {
    const [r, g, b] = colour.map((v) =>
      v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const faint = new Map<string, string>();
  for (const element of document.querySelectorAll('.sb-proof *')) {
    const words = [...element.childNodes].filter((node) => node.nodeType === 3 && node.textContent?.trim());
    if (words.length === 0 || element.tagName === 'STYLE' || element.getClientRects().length === 0) continue;
    const ground = behind(element);
    const ink = over(read(getComputedStyle(element).color), ground);
    const [high, low] = [luminance(ink), luminance(ground)].sort((a, b) => b - a);
    const ratio = (high + 0.05) / (low + 0.05);
    if (ratio < least)
      faint.set(
        `${element.className} ${ratio.toFixed(1)}`,
        `${words[0].textContent?.trim()} (${element.className}): ${ratio.toFixed(2)}`,
      );
  }
  return [...faint.values()];
}

/** Chips of proof tables that lie, wholly or in part, outside of what is seen of the element that scrolls them. */
export function chipsOutOfSight(): string[] {
  return [...document.querySelectorAll('.sb-proof .sb-chip')].flatMap((chip) => {
    const box = chip.getBoundingClientRect();
    let [left, right] = [0, document.documentElement.clientWidth];
    for (let around = chip.parentElement; around; around = around.parentElement) {
      if (getComputedStyle(around).overflowX === 'visible') continue;
      const edge = around.getBoundingClientRect();
      [left, right] = [Math.max(left, edge.left), Math.min(right, edge.right)];
    }
    const seen = box.width > 10 && box.left >= left - 1 && box.right <= right + 1;
    return seen
      ? []
      : [
          `${chip.textContent} at ${Math.round(box.left)}–${Math.round(box.right)} of ${Math.round(left)}–${Math.round(right)}`,
        ];
  });
}

/** Lines of proof tables that are wider than their place, with both widths. */
export function cutLines(): string[] {
  return [...document.querySelectorAll('.sb-proof .sb-line')].flatMap((line) => {
    const widest = Math.max(
      ...[...line.querySelectorAll('math')].map((math) => math.getBoundingClientRect().right),
    );
    const { right } = line.getBoundingClientRect();
    return widest <= right + 1 ? [] : [`${Math.round(widest - right)} px: ${line.textContent?.slice(0, 60)}`];
  });
}
