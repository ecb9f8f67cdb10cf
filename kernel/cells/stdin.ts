/** Asks the user for a line of text while the cell stands still. */
import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import { fail } from "../../src/core/errors";
import type { Cell } from "../output/cell";
import { interruption, slot } from "../wire/interrupt";
import type { ToWire } from "../wire/protocol";

/** Throws when no cell asks, when its front end cannot answer, and when the cell is interrupted. */
export type Ask = (cell: Cell | undefined, prompt: string, password: boolean) => string;

export function createAsk(tell: (message: ToWire) => void, answers: MessagePort, flags: Int32Array): Ask {
  return (cell, prompt, password) => {
    if (!cell?.request.content.allow_stdin)
      fail("input", "this front end cannot ask for text", "Give the value in the cell or in an environment variable.");
    while (receiveMessageOnPort(answers)) {} // what was answered after an interrupt
    Atomics.store(flags, slot.answered, 0);
    if (Atomics.load(flags, slot.target) === cell.seq) throw interruption();
    tell({ kind: "ask", request: cell.request, prompt, password });
    Atomics.wait(flags, slot.answered, 0);
    const answer = receiveMessageOnPort(answers) as { message: string } | undefined;
    if (!answer) throw interruption();
    return answer.message;
  };
}
