// Token credit with known rewards: settings, and all runs of one.

import { fail } from "../../src/core/errors";
import type { KnownRewardMethod } from "./known-rewards";

/** Which runs are made. */
export interface KnownRewardSetting {
  methods: readonly KnownRewardMethod[];
  /** Tokens of a sequence. */
  lengths: readonly number[];
  learningRates: readonly number[];
  /** Seeds that are reported, and others on which each method's learning rate is chosen. */
  seeds: number;
  tuningSeeds: number;
  /** Numbers of scored sequences at which policies are measured. */
  measureAt: readonly number[];
}

const quick: KnownRewardSetting = {
  methods: ["group", "token"],
  lengths: [5, 20, 40],
  learningRates: [0.15, 0.3, 0.6],
  seeds: 4,
  tuningSeeds: 1,
  measureAt: [64, 128, 256, 512, 1024],
};

const standard: KnownRewardSetting = {
  ...quick,
  methods: ["group", "token", "sequence", "oracle"],
  lengths: [5, 10, 20, 40, 80],
  learningRates: [0.05, 0.15, 0.3, 0.6],
  seeds: 10,
  tuningSeeds: 3,
};

const toy: KnownRewardSetting = {
  ...quick,
  lengths: [5, 10],
  learningRates: [0.15, 0.6],
  seeds: 2,
  measureAt: [64, 128],
};

/** The settings by name: `toy` for tests, `quick` and `standard` (minutes on two cores). */
export const knownRewardSettings = { toy, quick, standard };

/** A setting by name. Errors: an unknown name. */
export function knownRewardSetting(name: string): KnownRewardSetting {
  if (!Object.hasOwn(knownRewardSettings, name))
    fail("knownRewardSetting", `there is no setting "${name}"`, `Use ${Object.keys(knownRewardSettings).join(", ")}.`);
  return knownRewardSettings[name as keyof typeof knownRewardSettings];
}
