// `tw.objectives`: objectives beyond the usual ones, and what an objective of your own is made of.

// Preferences without token rewards; dpo, plackettLuceDpo and tdpo are in the flow
export { ipo } from "./ipo";
export { simpo } from "./simpo";
export { oddsRatio } from "./odds-ratio";
export { kto } from "./kto";
export { slic } from "./slic";

// Objectives of related systems
export { cacr } from "./cacr";
export { genco, gencoTexts } from "./genco";
export { lmPrior } from "./lm-prior";
export { meetInTheMiddle } from "./meet-in-the-middle";
export { supcon } from "./supcon";

// Advantages, values and rewards
export { gae } from "./gae";
export { groupAdvantages, whitened } from "./group-advantages";
export { clippedShare } from "./clipped-ratio";
export { implicitRewards, pairMeasures } from "./implicit-rewards";
export { klShapedReward } from "./kl-shaped-reward";

// What objectives are made of
export { evaluateTerms } from "./terms";
export { constant, lookUp } from "../core/gradients";
export { masked, maskedMean, rowMean } from "../core/masks";
export { tokenNll } from "../backend/token-nll";
export { negativeEntropies } from "../backend/entropy";
