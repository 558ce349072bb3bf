/** Which files go in one request. */

interface Weighed {
  blob: { size: number }
}

/** Files in their order, in batches of at most `limit` bytes; a larger file goes alone. Always at least one batch. */
export function batches<T extends Weighed>(files: readonly T[], limit: number): T[][] {
  const found: T[][] = [[]]
  let weight = 0
  for (const file of files) {
    if (weight > 0 && weight + file.blob.size > limit) {
      found.push([])
      weight = 0
    }
    found[found.length - 1]!.push(file)
    weight += file.blob.size
  }
  return found
}

/** After each failure half as much at once: on two bars a small piece gets through where a large one is cut again. */
export function limitAfter(attempts: number, megabytes: number): number {
  return Math.max((megabytes * 1_000_000) / 2 ** attempts, 200_000)
}
