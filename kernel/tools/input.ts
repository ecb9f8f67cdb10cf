import { fail } from "../../src/core/errors";
import { host } from "../host";

/** How `input` asks. */
export interface InputOptions {
  /** Whether the text is hidden while it is typed. Default false. */
  password?: boolean;
}

/**
 * Asks the user for a line of text; the cell waits for it. Errors: outside a notebook; in a front end that cannot ask
 * (`npm start`, nbconvert); when the cell is interrupted.
 */
export function input(prompt = "", { password = false }: InputOptions = {}): string {
  const kernel = host() ?? fail("input", "there is no notebook to ask in", "Run the cell in JupyterLab.");
  return kernel.input(prompt, password);
}
