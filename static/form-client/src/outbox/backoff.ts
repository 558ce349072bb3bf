/** How long to wait before trying again. */

const FIRST_MS = 5_000
const LONGEST_MS = 10 * 60_000

/** Milliseconds: doubling from 5 s to 10 min, spread so that the phones of a county do not call at once. */
export function delayAfter(attempts: number, spread: number = Math.random()): number {
  const full = Math.min(FIRST_MS * 2 ** Math.max(0, attempts - 1), LONGEST_MS)
  return full * (0.5 + 0.5 * spread)
}
