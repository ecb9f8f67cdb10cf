// `tw.figures`: tables as Plotly figures, token rewards as colored text.

// Figures
export { learningCurves } from "./learning-curves";
export { methodBars } from "./method-bars";
export { frontier } from "./frontier";
export { ablationBars } from "./ablation-bars";
export { agreementBars } from "./agreement-bars";
export { preferenceAudit } from "./preference-audit";
export { rewardByPosition } from "./reward-by-position";
export { tokenHeatmap } from "./token-heatmap";
export type { RewardedTokens } from "./tokens";
export type { Figure } from "./figure";

// Colored text
export { rewardedText, type RewardedText } from "./rewarded-text";
export { sideBySide, type SideBySide } from "./side-by-side";

// Files
export { saveFigure } from "./export";
export { drawFigure, type PictureFormat, type PictureSize } from "./draw";
