/** Reports dropped messages in the server's log: the first at once, later ones together, once a second. */
import { writeSync } from "node:fs";

const toServer = (line: string): void => void writeSync(2, line);

/**
 * Returns a function to call with the channel and the reason of each dropped message. `interval` is in milliseconds.
 */
export function createDropLog(write = toServer, interval = 1000): (channel: string, reason: string) => void {
  let count = 0;
  let last = "";
  let waiting = false;
  function report(): void {
    waiting = count > 0;
    if (!waiting) return;
    write(`tokenwise kernel: dropped ${count === 1 ? "a message" : `${count} messages`}. Last on ${last}.\n`);
    count = 0;
    setTimeout(report, interval);
  }
  return (channel, reason) => {
    count++;
    last = `${channel}: ${reason}`;
    if (!waiting) report();
  };
}
