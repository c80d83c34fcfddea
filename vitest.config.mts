import path from "node:path";
import { defineConfig } from "vitest/config";

// Integration and e2e tests mostly wait for servers that they start, each its own, so two files share the machine's cores; the three kinds
// of tests run one kind after another.
const filesAtATime = { maxWorkers: 2 };

const globalSetup = ["test/support/toolsSetup.ts"];

// Where continuous integration reads the counts from.
const resultsFile = process.env.TEST_RESULTS;

export default defineConfig({
  test: {
    // The SDK's advice on Node versions would be among the results of every file.
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
    reporters: resultsFile === undefined ? ["default"] : ["default", ["json", { outputFile: resultsFile }]],
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/unit/**/*.test.ts", "examples/**/*.test.ts"],
          sequence: { groupOrder: 0 },
          // The examples' tests run on the sources: unit tests need no build.
          alias: [
            { find: /^pulumi-kubevault-aws$/, replacement: path.join(import.meta.dirname, "src/index.ts") },
            {
              find: /^pulumi-kubevault-aws\/testing$/,
              replacement: path.join(import.meta.dirname, "src/testing/index.ts"),
            },
          ],
        },
      },
      {
        test: {
          name: "integration",
          include: ["test/integration/**/*.test.ts"],
          sequence: { groupOrder: 1 },
          globalSetup,
          ...filesAtATime,
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          sequence: { groupOrder: 2 },
          globalSetup,
          ...filesAtATime,
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
