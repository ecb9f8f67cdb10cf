/** Tells the server's log which messages were dropped: the first at once, then those of each second in one line. */
import { writeSync } from "node:fs";

const toServer = (line: string): void => void writeSync(2, line);

export function createDropLog(write = toServer, interval = 1000): (channel: string, reason: string) => void {
  let count = 0;
  let last = "";
  let waiting = false;
  function tell(): void {
    waiting = count > 0;
    if (!waiting) return;
    write(`tokenwise kernel: dropped ${count === 1 ? "a message" : `${count} messages`}. Last on ${last}.\n`);
    count = 0;
    setTimeout(tell, interval);
  }
  return (channel, reason) => {
    count++;
    last = `${channel}: ${reason}`;
    if (!waiting) tell();
  };
}
