/** How large a photo becomes, and the strip below it. Pixels throughout. */

export interface Strip {
  lines: string[]
}

export interface Layout {
  /** Of the picture alone. */
  width: number
  height: number
  /** Of the strip below it; 0 without one. */
  strip: number
  /** Height of the strip's letters. */
  letters: number
}

const LINE = 1.5
/** Letters of the strip as a share of the picture's width, so that it reads the same on a small screen. */
const LETTERS_SHARE = 1 / 36
const SMALLEST_LETTERS = 12

/** A picture with its strip whose longest side is at most `maxPixels`; a small one is not made larger. */
export function layoutOf(width: number, height: number, maxPixels: number, lines: number): Layout {
  const shrunk = scaled(width, height, Math.min(1, maxPixels / Math.max(width, height)))
  if (lines === 0) return { ...shrunk, strip: 0, letters: 0 }
  const letters = Math.max(SMALLEST_LETTERS, Math.round(shrunk.width * LETTERS_SHARE))
  const strip = Math.round(letters * LINE * (lines + 0.5))
  const room = Math.min(1, Math.max(1, maxPixels - strip) / shrunk.height)
  return { ...scaled(shrunk.width, shrunk.height, room), strip, letters }
}

/** Date and time as they are written here, and the grid: what the strip says. */
export function stripOf(at: Date, gridName: string): Strip {
  const two = (number: number) => String(number).padStart(2, '0')
  const day = `${at.getFullYear()}年${at.getMonth() + 1}月${at.getDate()}日`
  return { lines: [`${day} ${two(at.getHours())}:${two(at.getMinutes())}`, gridName].filter((line) => line !== '') }
}

function scaled(width: number, height: number, by: number): { width: number; height: number } {
  return { width: Math.max(1, Math.round(width * by)), height: Math.max(1, Math.round(height * by)) }
}
