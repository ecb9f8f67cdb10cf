import { fail } from "../../src/core/errors";
import { host } from "../host";

export interface InputOptions {
  /** Whether the text is hidden while it is typed. */
  password?: boolean;
}

/**
 * Asks the reader of the notebook for a line of text; the cell waits for it. Errors: outside a notebook, where the front end cannot ask
 * (`npm start`, nbconvert), and when the cell is interrupted.
 */
export function input(prompt = "", { password = false }: InputOptions = {}): string {
  const kernel = host() ?? fail("input", "there is no notebook to ask in", "Run the cell in JupyterLab.");
  return kernel.input(prompt, password);
}
