/**
 * The known name nearest to a misspelt one, where it is near enough to be meant: another spelling of it (`policy_arn`, `policyARNs`), a third of its
 * letters wrong at most, or its beginning (`readyTimeout`).
 */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const sameLetters = known.find((candidate) => isSpellingOf(name, candidate));
  if (sameLetters !== undefined) {
    return sameLetters;
  }
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) => distance <= Math.max(1, Math.floor(candidate.length / 3)))
    .sort((left, right) => left.distance - right.distance);
  const begun = known.find((candidate) => name.length >= 6 && lettersOf(candidate).startsWith(lettersOf(name)));
  return ranked[0]?.candidate ?? begun;
}

/** Whether two names differ in nothing but case, separators and a plural. */
export function isSpellingOf(name: string, known: string): boolean {
  return lettersOf(name) === lettersOf(known);
}

function lettersOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "")
    .replace(/s$/, "");
}

/** How many letters must be inserted, removed, changed, or swapped with their neighbour to turn one text into the other. */
export function editDistance(from: string, to: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const change = from[row - 1] === to[column - 1] ? 0 : 1;
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      current.push(
        Math.min(
          (previous[column] ?? 0) + 1,
          (current[column - 1] ?? 0) + 1,
          (previous[column - 1] ?? 0) + change,
          swapped ? (beforePrevious[column - 2] ?? 0) + 1 : Infinity,
        ),
      );
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[to.length] ?? 0;
}

/** What to do about a name that is not known. */
export function nameAdvice(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return near === undefined ? `Known names: ${[...known].sort().join(", ")}.` : `Did you mean ${near}?`;
}
