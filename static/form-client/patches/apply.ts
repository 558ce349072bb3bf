/** Changes to a published package, made while the client is built: each must match as often as it says. */

export interface Patch {
  /** What it is about, in a few words. */
  name: string
  /** File of the package's `dist`. */
  file: string
  /** Text to be found, or a regular expression with the flags it needs. */
  pattern: string | RegExp
  /** What stands there afterwards; `$1`… only with a regular expression. */
  replacement: string
  /** How often it must match. Another number fails the build: the package is no longer the one we read. */
  count: number
  /** Why it is needed. */
  reason: string
}

/** A patch no longer fits the package. */
export class PatchDoesNotFit extends Error {
  constructor(patch: Patch, found: number) {
    super(`patch "${patch.name}" matches ${found} times in ${patch.file}, expected ${patch.count}`)
  }
}

/** The text of `file` with every patch for it. Raises PatchDoesNotFit. */
export function patched(source: string, file: string, patches: readonly Patch[]): string {
  return patches
    .filter((patch) => patch.file === file)
    .reduce((text, patch) => applied(text, patch), source)
}

function applied(text: string, patch: Patch): string {
  const { pattern, replacement } = patch
  const found = typeof pattern === 'string' ? text.split(pattern).length - 1 : [...text.matchAll(pattern)].length
  if (found !== patch.count) throw new PatchDoesNotFit(patch, found)
  return typeof pattern === 'string' ? text.split(pattern).join(replacement) : text.replace(pattern, replacement)
}
