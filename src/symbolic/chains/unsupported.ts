/** The rules do not reach this; the reason says what it is. */
export class Unsupported extends Error {
  override readonly name: string = 'Unsupported';
}

/** An integral over a variable of what does not depend on it: the volume of its space, which no rule knows. */
export class Divergent extends Unsupported {
  override readonly name = 'Divergent';
}
