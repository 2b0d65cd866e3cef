import { afterEach, describe, expect, it, vi } from 'vitest';
import { live, lossCurve, progress } from '../../src/display/index.ts';
import { inNotebook } from './notebook.ts';

const plain = (bundle: Record<string, unknown>) => bundle['text/plain'];

async function* steps(n: number) {
  for (let step = 1; step <= n; step++) {
    await null;
    yield { step, loss: 1 / step };
  }
}

async function exhaust(items: AsyncGenerator<unknown>) {
  while (!(await items.next()).done);
}

afterEach(() => vi.restoreAllMocks());

describe('progress in a notebook', () => {
  it('is one output, drawn over as the loop goes on', async () => {
    const { outputs } = await inNotebook(async () => {
      const bar = progress('training', 3, { everyMs: 0 });
      await exhaust(bar.over(steps(3), ({ loss }) => `loss ${loss.toFixed(2)}`));
    });
    expect(outputs).toHaveLength(1);
    const lines = outputs[0].states.map(plain);
    expect(lines[0]).toMatch(/^training: 1 of 3, \d+ s left · loss 1\.00$/);
    expect(lines).toHaveLength(4);
  });

  it('leaves a last state without times, the same from run to run', async () => {
    const { outputs } = await inNotebook(async () => {
      await exhaust(progress('training', 3).over(steps(3), ({ loss }) => `loss ${loss.toFixed(2)}`));
    });
    const last = outputs[0].states.at(-1)!;
    expect(plain(last)).toBe('training: 3 of 3 · loss 0.33');
    expect(last['text/html']).toContain('width:100.0%');
  });

  it('is not drawn more often than asked', async () => {
    const { outputs } = await inNotebook(async () => {
      await exhaust(progress('training', 500, { everyMs: 60_000 }).over(steps(500)));
    });
    expect(outputs[0].states).toHaveLength(2);
  });

  it('shows how far it came when the loop is left or fails', async () => {
    const { outputs } = await inNotebook(async () => {
      for await (const { step } of progress('left', 9).over(steps(9))) if (step === 4) break;
      const failing = async () => {
        for await (const { step } of progress('failed', 9).over(steps(9)))
          if (step === 2) throw new Error('no');
      };
      await expect(failing()).rejects.toThrow('no');
    });
    expect(outputs.map(({ states }) => plain(states.at(-1)!))).toEqual(['left: 4 of 9', 'failed: 2 of 9']);
  });

  it('is over once', async () => {
    const { outputs } = await inNotebook(() => {
      const bar = progress('saving', 1);
      bar.advance();
      bar.finish();
      bar.finish();
      bar.advance();
    });
    expect(outputs[0].states).toHaveLength(2);
  });

  it('shows text as text', async () => {
    const { outputs } = await inNotebook(() => progress('<b>&', 1).finish());
    expect(outputs[0].states[0]['text/html']).toContain('&lt;b&gt;&amp;');
  });

  it('refuses a total that is no count', () => {
    expect(() => progress('x', 0)).toThrow('progress of 0 steps');
    expect(() => progress('x', NaN)).toThrow('progress of NaN steps');
  });
});

describe('outside a notebook', () => {
  const listen = () => {
    const said: string[] = [];
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => Boolean(said.push(String(text))));
    return said;
  };

  it('progress is a line on standard error', async () => {
    const said = listen();
    await exhaust(progress('sampling', 2).over([1, 2]));
    expect(said.at(-1)).toContain('sampling: 2 of 2\n');
  });

  it('a live figure is the words of its last state', async () => {
    const said = listen();
    await live(steps(2), lossCurve);
    expect(said).toEqual(['loss: loss 1 → 0.5\n']);
  });
});

describe('a live figure', () => {
  it('is one output that grows with the run, and ends with every item in it', async () => {
    const { value, outputs } = await inNotebook(() =>
      live(steps(5), (rows) => lossCurve(rows), { everyMs: 0 }),
    );
    expect(value.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5]);
    expect(outputs).toHaveLength(1);
    expect(outputs[0].states).toHaveLength(6);
    expect(plain(outputs[0].states[1])).toBe('loss: loss 1 → 0.5');
    expect(plain(outputs[0].states.at(-1)!)).toBe('loss: loss 1 → 0.2');
  });

  it('throws what the run throws, and keeps what was drawn', async () => {
    async function* failing() {
      yield* steps(2);
      throw new Error('loss is NaN at step 3');
    }
    const { outputs } = await inNotebook(() =>
      expect(live(failing(), (rows) => lossCurve(rows), { everyMs: 0 })).rejects.toThrow('NaN at step 3'),
    );
    expect(plain(outputs[0].states.at(-1)!)).toBe('loss: loss 1 → 0.5');
  });

  it('leaves the run when its cell is interrupted, and what was collected stays', async () => {
    const interrupt = new AbortController();
    const rows: { step: number }[] = [];
    let left = false;
    async function* run() {
      try {
        for await (const row of steps(5)) {
          if (row.step === 3) interrupt.abort(new Error('interrupted'));
          yield row;
        }
      } finally {
        left = true;
      }
    }
    await inNotebook(
      () =>
        expect(live(run(), (all) => lossCurve(all), { everyMs: 1e6, into: rows })).rejects.toThrow(
          'interrupted',
        ),
      interrupt.signal,
    );
    expect(left).toBe(true);
    expect(rows.map(({ step }) => step)).toEqual([1, 2, 3]);
  });

  it('of a run that yields nothing draws nothing', async () => {
    const { value, outputs } = await inNotebook(() => live([], () => ({ 'text/plain': 'x' })));
    expect([value, outputs]).toEqual([[], []]);
  });
});
