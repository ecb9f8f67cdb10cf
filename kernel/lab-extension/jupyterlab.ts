/**
 * The parts of JupyterLab's interfaces (@jupyterlab/rendermime-interfaces, @lumino/widgets) that these renderers use.
 */

/** The data of an output. */
export interface MimeModel {
  readonly data: Record<string, unknown>;
  readonly metadata: Record<string, unknown>;
  setData(options: { data: Record<string, unknown>; metadata: Record<string, unknown> }): void;
}

/** A part of the page. */
export interface Widget {
  readonly node: HTMLElement;
  addClass(name: string): void;
  readonly disposed: { connect(slot: () => void): unknown };
}

/** An extension that renders MIME types. */
export interface MimeExtension {
  id: string;
  rank: number;
  dataType: "json";
  rendererFactory: {
    safe: boolean;
    mimeTypes: string[];
    defaultRank: number;
    createRenderer(): Widget & { renderModel(model: MimeModel): Promise<void> };
  };
}
