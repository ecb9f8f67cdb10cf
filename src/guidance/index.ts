// `tw.guidance`: what guidance learning is made of.

// Aggregates and bounds
export { hardMaxTokens, hardMinTokens } from "./aggregate";
export { noBound, sigmoidBound, softplusBound } from "./bounds";

// Learning
export { fitRewards } from "./fit";
export { listwiseLoss, type ListwiseOptions } from "./listwise-loss";
export { centering, squaredRewards } from "./penalties";
export { createRewardModel, type Guidance, type RewardModel } from "./reward-model";
export { type ImplicitGuidanceOptions, implicitGuidance } from "./implicit-guidance";
export { learnTrunkGuidance } from "./trunk-guidance";

// Segments
export { overSegments, segmentEnds } from "./segments";
