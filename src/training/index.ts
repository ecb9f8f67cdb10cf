// `tw.training`: options of training, schedules, checkpoints, controls.

// Options and results
export type { PromptTraining, PromptTrained } from "./prompts/train-prompt-policy";
export type { ReferenceTraining } from "./with-references";
export type { SampleTraining, ValueHeadOptions } from "./samples/options";
export type { AdaptiveKl } from "./samples/adaptive-kl";
export type { SampleGuidanceTraining } from "./samples/guidance";
export type { Scoring } from "./samples/scoring";
export type { ListTraining } from "./lists/with-lists";
export type { GuidanceTraining } from "./reference-guidance";
export type { MicroBatch, PolicyTraining } from "./train-policy";
export type { CheckpointOptions, Interruptible } from "./recorder";
export type { RunLog } from "./run-log";

// Optimizer and schedules
export { decayGroups, type Optimizer, type ParameterGroup, type Snapshot, type Step } from "../backend/adamw";
export type { Schedule } from "../core/schedule";
export { geometric, inverseSquareRoot, linear, stepwise } from "./schedules";
export { reduceOnPlateau } from "../core/plateau";

// Controls of rewards
export {
  type RewardTransform,
  shuffledRewards,
  keepFinalTokens,
  maskFinalTokens,
  finalTokens,
} from "./reward-controls";

// Checkpoints
export { latestCheckpoint, type TrainingCheckpoint } from "./checkpoint";
