/** Output of cells on its way to the wire thread. */

import { describeError } from "../language/errors";
import type { MimeBundle } from "../values/mime-bundle";
import { figureOf, libraryBundle } from "../values/mime-figure";
import type { Header } from "../wire/messages";
import type { ToWire } from "../wire/protocol";
import { type Cell, cells } from "./cell";
import { addPicture } from "./pictures";

/** The outputs of all cells. */
export interface Outputs {
  /** Publishes a message on behalf of `parent`; by default, of the cell to which the calling code belongs. */
  publish(
    type: string,
    content: object,
    parent?: Partial<Header>,
    more?: { metadata?: object; buffers?: Uint8Array[] },
  ): void;
  /** Shows or updates a display. While the bundle of one version is pending, later versions of the display wait. */
  display(bundle: MimeBundle | Promise<MimeBundle>, display: { id: string; update: boolean }): void;
  /** Publishes the value of the running cell, under its execution count. */
  result(bundle: MimeBundle | Promise<MimeBundle>, count: number): Promise<void>;
  /** Clears the running cell's output: at once, or when its next output arrives. */
  clearOutput(wait: boolean): void;
  /** Resolves when all displays of the running cell are published, figures with their pictures. */
  settle(): Promise<void>;
  /** Header of the message that caused the calling code to run. */
  parent(): Partial<Header>;
  /** Sets the message to which output belongs that no cell caused. */
  adopt(header: Header): void;
}

/**
 * Whether a user watches the cell. Front ends without input (nbclient, nbconvert, papermill) store its output for
 * later.
 */
const isWatched = (cell: Cell | undefined): boolean => cell?.request.content.allow_stdin !== false;

/** `post` sends messages to the wire thread. */
export function createOutputs(post: (message: ToWire) => void): Outputs {
  let last: Partial<Header> = {};
  let libraryShown = false;
  /** Displays whose bundles are pending, by their ids. */
  const pending = new Map<string, Promise<void>>();
  /** The newest figure of each display of a cell that nobody watches. */
  const figures = new Map<string, MimeBundle>();

  const parent = (): Partial<Header> => cells.getStore()?.request.header ?? last;
  const publish: Outputs["publish"] = (type, content, cause = parent(), more) =>
    post({ kind: "publish", message: { type, content, parent: cause, ...more } });

  function send(bundle: MimeBundle, { id, update }: { id: string; update: boolean }): void {
    if (!isWatched(cells.getStore())) {
      if (figureOf(bundle)) figures.set(id, bundle);
      else figures.delete(id);
    }
    publish(update ? "update_display_data" : "display_data", { ...bundle, transient: { display_id: id } });
  }
  async function sendLater(
    before: Promise<void> | undefined,
    bundle: MimeBundle | Promise<MimeBundle>,
    target: { id: string; update: boolean },
  ): Promise<void> {
    try {
      await before;
      send(await bundle, target);
    } catch (error) {
      const { traceback } = describeError(error, { file: "", line: 0 });
      publish("stream", { name: "stderr", text: `${traceback.join("\n")}\n` });
    }
  }
  /**
   * A bundle that can be read later: a figure gets a picture. If none can be drawn, Plotly itself is published once,
   * before the first figure, and draws them when the notebook is opened.
   */
  async function lasting(bundle: MimeBundle): Promise<MimeBundle> {
    if (!figureOf(bundle)) return bundle;
    const lasting = await addPicture(bundle);
    if (lasting === bundle && !libraryShown) {
      libraryShown = true;
      publish("display_data", { ...libraryBundle(), transient: {} });
    }
    return lasting;
  }
  return {
    publish,
    parent,
    display(bundle, target) {
      const before = pending.get(target.id);
      if (before || bundle instanceof Promise) pending.set(target.id, sendLater(before, bundle, target));
      else send(bundle, target);
    },
    async result(bundle, count) {
      const described = await bundle;
      const shown = isWatched(cells.getStore()) ? described : await lasting(described);
      publish("execute_result", { execution_count: count, ...shown });
    },
    clearOutput: wait => publish("clear_output", { wait }),
    async settle() {
      await Promise.all(pending.values());
      pending.clear();
      const drawn = [...figures];
      figures.clear();
      for (const [id, bundle] of drawn) {
        const shown = await lasting(bundle);
        if (shown !== bundle) publish("update_display_data", { ...shown, transient: { display_id: id } });
      }
    },
    adopt(header) {
      last = header;
    },
  };
}
