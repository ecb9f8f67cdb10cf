/**
 * One style sheet for all renderers, in the colors of JupyterLab's theme; tokens have colors of their own, light in
 * every theme.
 */
const sheet = `
.tokenwise-plotly { width: 100%; }
.tokenwise-guidance figure, .tokenwise-preferences figure { margin: 4px 0; color: var(--jp-content-font-color1); }
.tokenwise-guidance figcaption, .tokenwise-preferences figcaption { font-weight: 600; margin-bottom: 4px; }
.tokenwise-legend {
  display: flex; flex-wrap: wrap; gap: 4px 10px; align-items: center; font-size: 12px;
  color: var(--jp-content-font-color2); margin-bottom: 6px;
}
.tokenwise-legend i {
  display: inline-block; box-sizing: border-box; width: 22px; height: 15px; vertical-align: middle;
  border: 0 solid var(--jp-content-font-color1);
}
.tokenwise-legend label { display: flex; align-items: center; gap: 3px; }
.tokenwise-status { font-family: var(--jp-code-font-family); }
.tokenwise-rows { display: grid; grid-template-columns: fit-content(12em) 1fr; column-gap: 12px; }
.tokenwise-row {
  display: grid; grid-template-columns: subgrid; grid-column: 1 / -1; padding: 3px 0;
  border-top: 1px solid var(--jp-border-color2);
}
.tokenwise-label { color: var(--jp-content-font-color2); overflow-wrap: anywhere; }
.tokenwise-tokens { line-height: 1.9; font-family: var(--jp-code-font-family); font-size: var(--jp-code-font-size); }
.tokenwise-token {
  display: inline-flex; flex-direction: column; align-items: center; vertical-align: top; margin: 0 1px;
}
.tokenwise-token span {
  white-space: pre; line-height: 1.35; padding: 0 1px; border: 0 solid var(--jp-content-font-color1);
}
.tokenwise-token .tokenwise-rewarded { color: #000; border-radius: 3px 3px 0 0; }
.tokenwise-token small { display: none; font-size: 10px; line-height: 1.2; color: var(--jp-content-font-color2); }
.tokenwise-numbered .tokenwise-token small { display: block; min-height: 12px; }
.tokenwise-token:focus { outline: 2px solid var(--jp-brand-color1); outline-offset: 1px; }
.tokenwise-list { border-top: 1px solid var(--jp-border-color2); padding: 6px 0; }
.tokenwise-prompt { white-space: pre-wrap; max-height: 8em; overflow-y: auto; margin-bottom: 4px; }
.tokenwise-more { margin: 0; font-size: 12px; color: var(--jp-content-font-color2); }
.tokenwise-list ol { display: flex; gap: 8px; margin: 0; padding: 0 0 4px; list-style: none; overflow-x: auto; }
.tokenwise-candidate {
  flex: 1 0 14em; min-width: 0; border: 1px solid var(--jp-border-color1); border-radius: 4px;
  background: var(--jp-layout-color1);
}
.tokenwise-candidate header {
  display: flex; flex-wrap: wrap; justify-content: space-between; padding: 2px 8px; font-size: 12px;
  background: var(--jp-layout-color2); border-radius: 4px 4px 0 0;
}
.tokenwise-candidate:first-child { border-color: var(--jp-brand-color1); border-width: 2px; }
.tokenwise-bar { flex: 0 0 100%; height: 3px; margin: 2px 0; background: var(--jp-layout-color3); }
.tokenwise-bar i { display: block; height: 100%; background: var(--jp-brand-color1); }
.tokenwise-text {
  padding: 4px 8px; white-space: pre-wrap; overflow-wrap: anywhere; max-height: 16em; overflow-y: auto;
}
`;

/** Adds the style sheet to the page. */
export function addStyle(): void {
  const style = document.createElement("style");
  style.textContent = sheet;
  document.head.append(style);
}
