import { describe, expect, it } from "vitest";
import { connectionSettings, settingReader } from "../../../../src/plugin/provider/configuration.js";

const secretKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

describe("the provider's configuration", () => {
  const login = { kind: "token", token: "hvs.x" };

  it("takes objects as objects and as JSON text, with secrets wrapped or not", () => {
    expect(connectionSettings({ address: "https://v", login, version: "1.0.0" })).toEqual({
      address: "https://v",
      login,
    });
    expect(connectionSettings({ login: JSON.stringify(login) })).toEqual({ login });
    const wrapped = { kind: "token", token: { [secretKey]: secretSignature, value: "hvs.x" } };
    expect(connectionSettings({ login: JSON.stringify(wrapped) })).toEqual({ login });
  });

  it("never quotes what it cannot read", () => {
    expect(() => connectionSettings({ login: '{"token": "hvs.secret' })).toThrow(
      new Error("provider configuration: login: must be an object, or one as JSON text"),
    );
  });

  it("is read key by key, objects as text", () => {
    const reader = settingReader({ address: "https://v", login });
    expect(reader.get("kubevault-aws:address")).toBe("https://v");
    expect(reader.get("kubevault-aws:login")).toBe(JSON.stringify(login));
    expect(reader.get("kubevault-aws:namespace")).toBeUndefined();
  });
});
