import { describe, expect, it } from "vitest";
import { demoOptions } from "../../../sandbox/demo/options.js";

describe("demoOptions", () => {
  it("are off unless asked for", () => {
    expect(demoOptions([])).toEqual({
      keep: false,
      verbose: false,
      buildTools: false,
      releasedPlugins: false,
      help: false,
    });
  });

  it("are named on the command line", () => {
    expect(demoOptions(["--keep", "--verbose", "--build-tools", "--released-plugins"])).toEqual({
      keep: true,
      verbose: true,
      buildTools: true,
      releasedPlugins: true,
      help: false,
    });
  });

  it("refuse what they do not know", () => {
    expect(() => demoOptions(["--kep"])).toThrow("Unknown option '--kep'");
  });
});
