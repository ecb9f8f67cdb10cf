/**
 * The file of this extension that JupyterLab and Notebook 7 load at the start: a container of webpack's module
 * federation, written by hand. The others are ES modules beside it, loaded when JupyterLab asks for the renderers, so
 * nothing has to be bundled.
 */
interface Shared {
  [version: string]: { get(): Promise<() => unknown>; loaded?: unknown };
}
interface Container {
  init(shared: Record<string, Shared>): void;
  get(module: string): Promise<() => object>;
}
// biome-ignore lint/correctness/noUnusedVariables: adds to the page's own interface
interface Window {
  _JUPYTERLAB?: Record<string, Container>;
}

{
  const here = (document.currentScript as HTMLScriptElement).src;
  let shared: Record<string, Shared> = {};

  /** JupyterLab's own copy of a package. */
  const hosts = async (name: string): Promise<any> => {
    const copies = Object.values(shared[name] ?? {});
    const copy = copies.find(({ loaded }) => loaded) ?? copies[0];
    if (!copy) throw new Error(`tokenwise: this JupyterLab does not share ${name}`);
    return (await copy.get())();
  };

  window._JUPYTERLAB ??= {};
  window._JUPYTERLAB["tokenwise-lab"] = {
    init(scope) {
      shared = scope;
    },
    async get() {
      const [{ Widget }, { createExtensions }] = await Promise.all([
        hosts("@lumino/widgets"),
        import(new URL("index.js", here).href),
      ]);
      return () => ({ __esModule: true, default: createExtensions(Widget, new URL(".", here)) });
    },
  };
}
