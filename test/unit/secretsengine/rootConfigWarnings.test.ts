import { describe, expect, it } from "vitest";
import { formatIssue } from "../../../src/internal/validation/issues.js";
import { unknownValue } from "../../../src/internal/validation/known.js";
import { rootConfigWarnings } from "../../../src/secretsengine/rootConfigWarnings.js";

describe("what Vault takes in config/root and does something else with", () => {
  it.each([
    ["cn-north-1", "amazonaws.com.cn"],
    ["eusc-de-east-1", "amazonaws.eu"],
    ["us-isob-east-1", "sc2s.sgov.gov"],
  ])("is %s without the endpoint of its STS", (region, domain) => {
    expect(rootConfigWarnings({ region }).map(formatIssue)).toEqual([
      `stsEndpoint: is needed for ${region}: Vault 1.19 and later ask https://sts.${region}.amazonaws.com, which does not exist. ` +
        `Write stsEndpoint: "https://sts.${region}.${domain}".`,
    ]);
    expect(rootConfigWarnings({ region, stsEndpoint: `https://sts.${region}.${domain}` })).toEqual([]);
  });

  it("is the region of STS without its endpoint", () => {
    expect(rootConfigWarnings({ region: "eu-west-1", stsRegion: "us-east-1" }).map(formatIssue)).toEqual([
      'stsRegion: has no effect without stsEndpoint: Vault asks the STS of region, got "us-east-1". ' +
        'Give both, such as stsEndpoint: "https://sts.eu-west-1.amazonaws.com".',
    ]);
    expect(rootConfigWarnings({ stsRegion: "us-east-1", stsEndpoint: unknownValue })).toEqual([]);
  });

  it.each([{}, { region: "eu-west-1" }, { region: "us-gov-west-1" }, { region: unknownValue }, { region: null }])(
    "is not %j",
    (config) => {
      expect(rootConfigWarnings(config)).toEqual([]);
    },
  );
});
