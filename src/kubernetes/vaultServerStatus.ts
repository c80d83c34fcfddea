/** The parts of a VaultServer's status that tell why it is not Ready. */
export interface VaultServerStatus {
  readonly phase?: string;
  readonly conditions?: readonly VaultServerCondition[];
}

/** One of the operator's findings. */
export interface VaultServerCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

/**
 * Tells at which phase a VaultServer is and which of its conditions do not hold, one a line.
 *
 * @param place namespace and name: `vault/vault`
 */
export function describeStatus(place: string, status: VaultServerStatus | undefined): string {
  if (status?.phase === undefined) {
    return `VaultServer ${place} has no phase yet: is KubeVault's operator running, and does it watch this namespace?`;
  }
  const unmet = (status.conditions ?? []).filter((condition) => condition.status !== "True");
  const lines = unmet.map(({ type, reason, message }) => {
    const why = [reason, message].filter((part) => part !== undefined && part !== "").join(": ");
    return why === "" ? `  - ${type}` : `  - ${type}: ${why}`;
  });
  const intro = `VaultServer ${place} is in phase ${status.phase}`;
  return lines.length === 0
    ? `${intro}, and all of its conditions hold.`
    : [`${intro}. Conditions that do not hold:`, ...lines].join("\n");
}
