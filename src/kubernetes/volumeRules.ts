import { pathOf, type Issue } from "../internal/validation/issues.js";
import { isKnown } from "../internal/validation/known.js";
import { isNamespaceName } from "./objectNames.js";

type Values = Readonly<Record<string, unknown>>;

/** What Kubernetes asks of a volume, or of a source of data, which has no name of its own. */
export function volumeIssues({ name: _name, ...sources }: Values): Issue[] {
  const there = Object.keys(sources).filter((kind) => sources[kind] !== undefined);
  return there.length === 1 ? [] : [{ path: "", rule: "must have exactly one kind of volume", actual: there }];
}

export function emptyDirIssues({ medium }: Values): Issue[] {
  return !isText(medium) || /^(Memory|HugePages(-\w+)?)?$/.test(medium)
    ? []
    : [{ path: "medium", rule: "must be Memory, HugePages or HugePages-<size>", actual: medium }];
}

const hostPathTypes = ["DirectoryOrCreate", "Directory", "FileOrCreate", "File", "Socket", "CharDevice", "BlockDevice"];

export function hostPathIssues({ type }: Values): Issue[] {
  return !isText(type) || type === "" || hostPathTypes.includes(type)
    ? []
    : [{ path: "type", rule: `must be one of ${hostPathTypes.join(", ")}`, actual: type }];
}

export function mountIssues({ mountPath, subPath }: Values): Issue[] {
  return [
    ...(mountPath === "" ? [{ path: "mountPath", rule: "must be a text that is not empty" }] : []),
    ...(isText(mountPath) && mountPath.includes(":")
      ? [{ path: "mountPath", rule: "must not contain a colon", actual: mountPath }]
      : []),
    ...(isText(subPath) && (subPath.startsWith("/") || subPath.split("/").includes(".."))
      ? [
          {
            path: "subPath",
            rule: 'must be a path within the volume, without "..", and not begin with a slash',
            actual: subPath,
          },
        ]
      : []),
  ];
}

/** What Kubernetes asks of a pod's volumes, mounts and init containers among themselves. KubeVault adds its own, which are not known here. */
export function podVolumeIssues({ volumes, volumeMounts, initContainers }: Values): Issue[] {
  return [
    ...nameIssues("volumes", volumes),
    ...nameIssues("initContainers", initContainers),
    ...repeatedIssues("volumeMounts", volumeMounts, "mountPath", "paths"),
  ];
}

function nameIssues(list: string, items: unknown): Issue[] {
  const each = valuesOf(items, "name").flatMap((name, index): Issue[] => {
    const path = `${pathOf(list, index)}.name`;
    if (name === undefined) {
      // A container's name is required by its type.
      return list === "volumes" ? [{ path, rule: "is required" }] : [];
    }
    return !isText(name) || isNamespaceName(name)
      ? []
      : [
          {
            path,
            rule: "must be at most 63 lower-case letters, digits and hyphens, and begin and end with a letter or digit",
            actual: name,
          },
        ];
  });
  return each.length > 0 ? each : repeatedIssues(list, items, "name", "names");
}

function repeatedIssues(list: string, items: unknown, field: string, plural: string): Issue[] {
  const values = valuesOf(items, field);
  return values.flatMap((value, index) =>
    isText(value) && values.indexOf(value) < index
      ? [
          {
            path: `${pathOf(list, index)}.${field}`,
            rule: `must differ from the ${plural} of the others`,
            actual: value,
          },
        ]
      : [],
  );
}

/** A field of each item; a value that is not known yet for items that are not. */
function valuesOf(items: unknown, field: string): unknown[] {
  return (Array.isArray(items) ? (items as unknown[]) : []).map((item) =>
    isKnown(item) && item !== undefined ? (item as Values)[field] : item,
  );
}

function isText(value: unknown): value is string {
  return typeof value === "string" && isKnown(value);
}
