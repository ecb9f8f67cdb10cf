/** Reads files while they grow: the output of programs that the main thread waits for. */
import { closeSync, readSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import type { Growing } from "./growing";

const interval = 50; // ms

/** Reads the files of one program at a time. */
export interface Follower {
  /** Starts reading. */
  begin(files: readonly Growing[]): void;
  /** Reads to the end and closes the files. */
  end(): void;
}

/** `show` is called with the stream's name and new text. */
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
