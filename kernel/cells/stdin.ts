/** Asks the user for a line of text while the cell blocks. */
import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import { fail } from "../../src/core/errors";
import type { Cell } from "../output/cell";
import { interruption, slot } from "../wire/interrupt";
import type { ToWire } from "../wire/protocol";

/** Returns the user's answer. Errors: called outside a cell; a front end that cannot ask; an interrupt of the cell. */
export type Ask = (cell: Cell | undefined, prompt: string, password: boolean) => string;

/** The answer arrives on the port `answers`, because this thread's event loop stands still meanwhile. */
export function createAsk(post: (message: ToWire) => void, answers: MessagePort, flags: Int32Array): Ask {
  return (cell, prompt, password) => {
    if (!cell?.request.content.allow_stdin)
      fail("input", "this front end cannot ask for text", "Give the value in the cell or in an environment variable.");
    while (receiveMessageOnPort(answers)) {} // discards answers that came after an interrupt
    Atomics.store(flags, slot.answered, 0);
    if (Atomics.load(flags, slot.target) === cell.seq) throw interruption();
    post({ kind: "ask", request: cell.request, prompt, password });
    Atomics.wait(flags, slot.answered, 0);
    const answer = receiveMessageOnPort(answers) as { message: string } | undefined;
    if (!answer) throw interruption();
    return answer.message;
  };
}
