/** Plotly, loaded when the first figure is drawn. */

/** The functions of Plotly that the renderer uses. */
export interface Plotly {
  react(node: HTMLElement, data: object[], layout: object, config: object): Promise<unknown>;
  toImage(figure: { data: object[]; layout: object }, options: object): Promise<string>;
  purge(node: HTMLElement): void;
  Plots: { resize(node: HTMLElement): void };
}

declare global {
  interface Window {
    Plotly?: Plotly;
  }
}

/**
 * Loads the page's own Plotly if an output has provided it, or else this extension's copy, compressed in the folder
 * `assets`.
 */
export function libraryAt(assets: URL): () => Promise<Plotly> {
  let loading: Promise<Plotly> | undefined;
  const load = async (): Promise<Plotly> => {
    const response = await fetch(new URL("plotly.js.gz", assets));
    if (!response.ok) throw new Error(`Plotly did not load: ${response.status} ${response.statusText}`);
    const text = await new Response(response.body!.pipeThrough(new DecompressionStream("gzip"))).text();
    const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
    await new Promise((resolve, reject) => {
      const script = document.createElement("script");
      document.head.append(Object.assign(script, { src: address, onload: resolve, onerror: reject }));
    });
    URL.revokeObjectURL(address);
    return window.Plotly!;
  };
  return async () => {
    if (window.Plotly) return window.Plotly;
    loading ??= load();
    loading.catch(() => (loading = undefined)); // the next figure tries again
    return loading;
  };
}
