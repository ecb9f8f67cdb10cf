/** What cells show, on its way to the wire thread. */
import { cells } from "./cell";
import type { Header } from "./messages";
import type { MimeBundle } from "./mime";
import { isFigureBundle, libraryBundle } from "./mime-figure";
import type { ToWire } from "./protocol";

export interface Outputs {
  /** Publishes a message of the cell to which this piece of work belongs, or of `parent`. */
  publish(
    type: string,
    content: object,
    parent?: Partial<Header>,
    more?: { metadata?: object; buffers?: Uint8Array[] },
  ): void;
  display(bundle: MimeBundle, display: { id: string; update: boolean }): void;
  result(bundle: MimeBundle, count: number): void;
  /** Names the message whose outputs those are that no cell caused. */
  adopt(header: Header): void;
}

export function createOutputs(tell: (message: ToWire) => void): Outputs {
  let last: Partial<Header> = {};
  let libraryShown = false;

  const publish: Outputs["publish"] = (type, content, parent = cells.getStore()?.request.header ?? last, more) =>
    tell({ kind: "publish", message: { type, content, parent, ...more } });
  /** The first figure of a session brings the library along. */
  function bringLibrary(bundle: MimeBundle): void {
    if (libraryShown || !isFigureBundle(bundle)) return;
    libraryShown = true;
    publish("display_data", { ...libraryBundle(), transient: {} });
  }
  return {
    publish,
    display(bundle, { id, update }) {
      bringLibrary(bundle);
      publish(update ? "update_display_data" : "display_data", { ...bundle, transient: { display_id: id } });
    },
    result(bundle, count) {
      bringLibrary(bundle);
      publish("execute_result", { execution_count: count, ...bundle });
    },
    adopt(header) {
      last = header;
    },
  };
}
