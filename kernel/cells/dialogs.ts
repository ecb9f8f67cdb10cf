/** The browser's and Deno's `prompt`, `confirm` and `alert`, which ask as `input` does. */

/** Asks the user for a line of text. */
export type AskLine = (prompt: string) => string;

/** Defines the three globals. */
export function installDialogs(ask: AskLine): void {
  const dialogs = {
    alert(message: unknown = "Alert"): void {
      ask(`${message} [Enter] `);
    },
    confirm: (message: unknown = "Confirm"): boolean => /^y(es)?$/i.test(ask(`${message} [y/N] `).trim()),
    prompt: (message: unknown = "Prompt", initial: unknown = ""): string =>
      ask(initial === "" ? `${message} ` : `${message} [${initial}] `) || String(initial),
  };
  for (const [name, value] of Object.entries(dialogs))
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
}
