import type { V1Pod, V1Service } from "@kubernetes/client-node";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  bestPod,
  evidentPod,
  readyPods,
  targetPort,
  whyNotReady,
  type PodHealth,
} from "../../../../src/vault/portForward/podChoice.js";

function service(targetPort?: string | number): V1Service {
  return {
    spec: {
      ports: [
        { port: 443, targetPort: 9999 },
        { port: 8200, targetPort },
      ],
    },
  };
}

function pod(
  name: string,
  more: { ready?: string; phase?: string; labels?: Record<string, string>; deleted?: boolean } = {},
): V1Pod {
  return {
    metadata: { name, labels: more.labels, deletionTimestamp: more.deleted === true ? new Date(0) : undefined },
    spec: { containers: [{ name: "exporter" }, { name: "vault", ports: [{ name: "client", containerPort: 8300 }] }] },
    status: {
      phase: more.phase ?? "Running",
      conditions: [
        { type: "PodScheduled", status: "True" },
        { type: "Ready", status: more.ready ?? "True" },
      ],
    },
  };
}

describe("the port of a pod", () => {
  it.each<[string, string | number | undefined, number | undefined]>([
    ["as the Service says", 8201, 8201],
    ["of the container, by its name", "client", 8300],
    ["the Service's own, where it says no other", undefined, 8200],
    ["a number that was sent as text", "8201", 8201],
    ["none where the pod has no port of that name", "other", undefined],
  ])("is %s", (_what, target, expected) => {
    expect(targetPort(service(target), 8200, pod("vault-0"))).toBe(expected);
  });
});

describe("ready pods", () => {
  it("are those that take connections, by name", () => {
    const pods = [
      pod("vault-3", { labels: { "vault-active": "true" } }),
      pod("vault-2", { deleted: true }),
      pod("vault-1", { ready: "False" }),
      pod("vault-0", { labels: { "vault-active": "false" } }),
      pod("vault-4"),
      { metadata: { name: "vault-5" }, status: { phase: "Pending" } },
    ];
    expect(readyPods(service("client"), 8200, pods)).toEqual([
      { name: "vault-0", port: 8300, active: false },
      { name: "vault-3", port: 8300, active: true },
      { name: "vault-4", port: 8300 },
    ]);
  });

  it("have the Service's port", () => {
    expect(readyPods(service("other"), 8200, [pod("vault-0")])).toEqual([]);
  });

  it("that lack are told of one by one", () => {
    const pods = [
      pod("vault-0", { deleted: true }),
      pod("vault-1", { ready: "False" }),
      pod("vault-2", { phase: "Failed" }),
    ];
    expect(whyNotReady(pods)).toBe("vault-0 is being deleted, vault-1 is running and not ready, vault-2 is Failed");
    expect(whyNotReady([{}])).toBe("(no name) is unknown");
    expect(whyNotReady([])).toBe("its selector matches no pod");
  });
});

describe("the pod to use", () => {
  const [first, second, third] = ["vault-0", "vault-1", "vault-2"].map((name) => ({ name, port: 8200 })) as [
    { name: string; port: number },
    { name: string; port: number },
    { name: string; port: number },
  ];

  it("is evident where there is one, or one is labelled as active", () => {
    expect(evidentPod([{ ...first, active: false }])?.name).toBe("vault-0");
    expect(evidentPod([first, { ...second, active: true }, third])?.name).toBe("vault-1");
  });

  it("is not evident without labels, or with contradictory ones", () => {
    expect(evidentPod([first, second])).toBeUndefined();
    expect(
      evidentPod([
        { ...first, active: true },
        { ...second, active: true },
      ]),
    ).toBeUndefined();
    expect(evidentPod([])).toBeUndefined();
  });

  const active = { initialized: true, sealed: false, standby: false };
  const standby = { initialized: true, sealed: false, standby: true };
  const sealed = { initialized: true, sealed: true, standby: true };

  it.each<[string, PodHealth[], string | undefined]>([
    [
      "the active node",
      [
        { pod: first, health: standby },
        { pod: second, health: active },
      ],
      "vault-1",
    ],
    [
      "a standby before a sealed node",
      [
        { pod: first, health: sealed },
        { pod: second, health: standby },
      ],
      "vault-1",
    ],
    [
      "a sealed node before none",
      [
        { pod: first, error: "lost" },
        { pod: second, health: sealed },
      ],
      "vault-1",
    ],
    ["none where none answers", [{ pod: first, error: "lost" }], undefined],
  ])("is %s", (_what, answers, expected) => {
    expect(bestPod(answers)?.name).toBe(expected);
  });

  it("is the active node, whatever the order of the answers", () => {
    const answers = [
      { pod: first, health: standby },
      { pod: second, health: active },
      { pod: third, error: "lost" },
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray(answers, { minLength: answers.length }), (shuffled) => {
        expect(bestPod(shuffled)).toBe(second);
      }),
    );
  });
});
