import type { Locator, Page } from 'playwright-core';

/** What `--LabApp.expose_app_in_browser` gives, as far as it is used here: the open notebook's cells. */
interface Lab {
  commands: { execute(name: string, args: object): Promise<void> };
  shell: {
    currentWidget: {
      content: { widgets: { model: { outputs: { toJSON(): Record<string, string>[] } } }[] };
      context: { model: { dirty: boolean } };
    };
  };
}

/** Changes to a theme by its name, and waits until it is there. */
export async function setTheme(page: Page, theme: string): Promise<void> {
  await page.evaluate(
    (name) =>
      (globalThis as unknown as { jupyterapp: Lab }).jupyterapp.commands.execute('apputils:change-theme', {
        theme: name,
      }),
    theme,
  );
  await page.locator(`body[data-jp-theme-name="${theme}"]`).waitFor({ state: 'attached', timeout: 20_000 });
}

export const labFlags = ['--LabApp.expose_app_in_browser=True'];

/** A notebook in JupyterLab, driven as a reader does: one Shift-Enter a cell. */
export class LabNotebook {
  private readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** Opens it and waits until its kernel is idle. */
  async open(url: string): Promise<void> {
    await this.page.goto(url, { waitUntil: 'domcontentloaded' });
    await this.cells.first().waitFor({ timeout: 60_000 });
    await this.page.getByText(/TypeScript.*\| Idle/).waitFor({ timeout: 60_000 });
  }

  get cells(): Locator {
    return this.page.locator('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook .jp-Cell');
  }

  /**
   * Steps through all cells, waiting for each before the next.
   * @throws naming the cell that was not done in `secondsACell`, or that ended in an error
   */
  async stepThrough(secondsACell: number): Promise<number> {
    const count = await this.cells.count();
    await this.cells.first().click();
    await this.page.keyboard.press('Escape');
    for (let i = 0; i < count; i++) {
      const cell = this.cells.nth(i);
      const isCode = await cell.evaluate((node) => node.classList.contains('jp-CodeCell'));
      await this.page.keyboard.press('Shift+Enter');
      if (isCode) await this.waitUntilRun(cell, i, secondsACell);
    }
    return count;
  }

  private async waitUntilRun(cell: Locator, i: number, seconds: number): Promise<void> {
    const source = (await cell.locator('.cm-content').innerText()).split('\n')[0];
    const prompt = cell.locator('.jp-InputPrompt').filter({ hasText: /^\[\d+\]:$/ });
    await prompt.waitFor({ timeout: seconds * 1000 }).catch((error: unknown) => {
      throw new Error(`cell ${i} (${source}) was not done after ${seconds} s`, { cause: error });
    });
    const failure = await this.errorOf(i);
    if (failure) throw new Error(`cell ${i} (${source}) ended in: ${failure}`);
  }

  /** Whether it differs from its file. */
  isChanged(): Promise<boolean> {
    return this.page.evaluate(
      () => (globalThis as unknown as { jupyterapp: Lab }).jupyterapp.shell.currentWidget.context.model.dirty,
    );
  }

  /** The error that a cell ended in. In the page an error looks like text on stderr, so the notebook itself is asked. */
  errorOf(i: number): Promise<string | undefined> {
    return this.page.evaluate((index) => {
      const { jupyterapp } = globalThis as unknown as { jupyterapp: Lab };
      const outputs = jupyterapp.shell.currentWidget.content.widgets[index]!.model.outputs.toJSON();
      const error = outputs.find(({ output_type }) => output_type === 'error');
      return error && `${error.ename}: ${error.evalue}`;
    }, i);
  }
}
