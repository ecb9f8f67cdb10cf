/** Reads files while they grow: the output of programs for which the main thread waits. */
import { closeSync, readSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import type { Growing } from "./growing";

const interval = 50; // ms

export interface Follower {
  begin(files: readonly Growing[]): void;
  /** Hands over what is left and closes the files. */
  end(): void;
}

export function createFollower(show: (name: string, text: string) => void): Follower {
  let open: (Growing & { decoder: StringDecoder })[] = [];
  let timer: NodeJS.Timeout | undefined;
  const chunk = Buffer.alloc(1 << 16);

  function readOn(): void {
    for (const { fd, name, decoder } of open)
      for (let size = readSync(fd, chunk); size > 0; size = readSync(fd, chunk))
        show(name, decoder.write(chunk.subarray(0, size)));
  }
  return {
    begin(files) {
      open = files.map(file => ({ ...file, decoder: new StringDecoder() }));
      timer = setInterval(readOn, interval);
    },
    end() {
      clearInterval(timer);
      readOn();
      for (const { fd } of open) closeSync(fd);
      open = [];
    },
  };
}
