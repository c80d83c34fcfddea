import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { providerText } from "../../../src/vaultresource/providerText.js";

/** Runs the text with a folder as the plugin's working directory; prints which copy of the package it found. */
const script = `
const module_ = { exports: {} };
new Function("exports", "require", process.env.TEXT)(module_.exports, require);
try { console.log(module_.exports.handler()); } catch (error) { console.log(error.message, [error.stack]); }
`;

describe("the program text of a resource", () => {
  let root: string;
  beforeEach(() => {
    root = realpathSync(mkdtempSync(path.join(tmpdir(), "provider-text-")));
  });
  afterEach(() => {
    rmSync(root, { recursive: true, force: true });
  });

  function found(folder: string): string {
    const env = { ...process.env, TEXT: providerText("AwsSecretsRole") };
    return execFileSync(process.execPath, ["-e", script], {
      cwd: path.join(root, folder),
      env,
      encoding: "utf8",
    }).trim();
  }

  function folder(name: string, manifest?: object | string): string {
    const whole = path.join(root, name);
    mkdirSync(whole, { recursive: true });
    if (manifest !== undefined) {
      const text = typeof manifest === "string" ? manifest : JSON.stringify(manifest);
      writeFileSync(path.join(whole, "package.json"), text);
    }
    return whole;
  }

  /** A copy of the package that answers with where it is. */
  function installed(where: string, subpath = "./dynamic/v1"): void {
    const name = path.join(where, "node_modules", "pulumi-kubevault-aws");
    folder(name, { name: "pulumi-kubevault-aws", exports: { [subpath]: "./entry.js" } });
    writeFileSync(path.join(root, name, "entry.js"), `exports.provider = (kind) => kind + " of ${where}";`);
  }

  it("finds the package of the project, before that of a dependency", () => {
    folder("project", { dependencies: { component: "1" } });
    folder("project/node_modules/component", {});
    installed("project");
    installed("project/node_modules/component");
    expect(found("project")).toBe("AwsSecretsRole of project");
  });

  it.each(["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"])(
    "finds that of one of the %s, named in a package.json above the program's folder",
    (kind) => {
      folder("project/src/program");
      folder("project", { [kind]: { component: "1" } });
      folder("project/node_modules/component", {});
      installed("project/node_modules/component");
      expect(found("project/src/program")).toBe("AwsSecretsRole of project/node_modules/component");
    },
  );

  it("follows links to their real folders, through circles and past what is broken, nearest first", () => {
    folder("project/node_modules", {});
    folder("project", {
      // Names of Node.js' own modules, names that lead nowhere, and manifests that are no JSON or no object.
      dependencies: { events: "1", absent: "1", broken: "1", odd: "1", "@acme/one": "1", other: "1" },
      bundledDependencies: ["@acme/one"],
    });
    folder("project/node_modules/broken", "{");
    folder("project/node_modules/odd", "null");
    folder("project/node_modules/@acme");
    folder("elsewhere/one", { dependencies: { two: "1" } });
    folder("elsewhere/two", { dependencies: { one: "1", three: "1" } });
    folder("elsewhere/three", {});
    folder("project/node_modules/other", { dependencies: { deep: "1" } });
    for (const [link, target] of [
      ["project/node_modules/@acme/one", "elsewhere/one"],
      ["elsewhere/one/node_modules/two", "elsewhere/two"],
      ["elsewhere/two/node_modules/one", "elsewhere/one"],
      ["elsewhere/two/node_modules/three", "elsewhere/three"],
    ] as const) {
      folder(path.dirname(link));
      symlinkSync(path.join(root, target), path.join(root, link));
    }
    installed("elsewhere/three");
    expect(found("project")).toBe("AwsSecretsRole of elsewhere/three");
    installed("project/node_modules/other");
    expect(found("project")).toBe("AwsSecretsRole of project/node_modules/other");
  });

  it("passes over a copy that has no such entry", () => {
    folder("project", { dependencies: { component: "1" } });
    folder("project/node_modules/component", {});
    installed("project", "./something-else");
    installed("project/node_modules/component");
    expect(found("project")).toBe("AwsSecretsRole of project/node_modules/component");
  });

  it("says in one line that the package is missing", () => {
    folder("project", { dependencies: { component: "1" } });
    expect(found("project")).toBe(`cannot find pulumi-kubevault-aws: install it in ${root}/project [ '' ]`);
  });
});
