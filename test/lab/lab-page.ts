/** A notebook in JupyterLab, used as a person would: by its menu, its buttons and its keyboard. */
import type { Browser, Locator, Page } from "playwright-core";
import type { LabServer } from "./lab-server";

const timeout = 90_000;

export interface LabPage {
  page: Page;
  /** The i-th code cell, from 0. */
  cell(i: number): Locator;
  /** Chooses an entry of the menu bar, e.g. `choose("Run", "Run All Cells")`. */
  choose(...path: string[]): Promise<void>;
  /** Until every code cell has run, or `milliseconds` are over. */
  ran(milliseconds?: number): Promise<void>;
  /** Adds a cell at the end and types `code` into it. */
  type(code: string): Promise<Locator>;
  /** Errors that the page has logged. */
  errors: string[];
}

export async function openNotebook(browser: Browser, lab: LabServer, notebook: string): Promise<LabPage> {
  const page = await browser.newPage({ viewport: { width: 1100, height: 2400 } });
  page.setDefaultTimeout(timeout);
  const errors: string[] = [];
  page.on("pageerror", ({ message }) => errors.push(message));
  page.on("console", message => void (message.type() === "error" && errors.push(message.text())));
  await page.goto(lab.address(`lab/tree/${notebook}`));
  await page.locator("#jp-bottom-panel, #jp-main-statusbar").getByText("TypeScript (tokenwise) | Idle").waitFor();
  const cells = page.locator(".jp-CodeCell");
  return {
    page,
    errors,
    cell: i => cells.nth(i),
    async choose(menu, ...entries) {
      await page.locator(".lm-MenuBar-itemLabel", { hasText: new RegExp(`^${menu}$`) }).click();
      for (const entry of entries)
        await page.locator(".lm-Menu-itemLabel", { hasText: new RegExp(`^${entry}$`) }).click();
    },
    async ran(milliseconds = timeout) {
      const all = (): boolean =>
        Array.from(document.querySelectorAll(".jp-CodeCell .jp-InputArea-prompt")).every(prompt =>
          /\[\d+\]/.test(prompt.textContent!),
        );
      await page.waitForFunction(all, null, { timeout: milliseconds });
    },
    async type(code) {
      await cells.last().locator(".jp-InputArea-prompt").click();
      await page.keyboard.press("b");
      const added = cells.last();
      await added.locator(".cm-content").click();
      await page.keyboard.insertText(code);
      return added;
    },
  };
}
