/** Points as ODK writes them: `lat lon altitude accuracy`, and lines and rings of such points joined by `;`. */

import type { Place } from './plane'

/** The place of one point; null where it is no point of the earth. */
export function placeOf(text: string): Place | null {
  const words = text.trim().split(/\s+/)
  if (words.length < 2 || words.length > 4) return null
  const [lat, lon] = words.map(Number) as [number, number]
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { lat, lon } : null
}

/** The places of a line or ring in order; a broken point is left out, as the server does. */
export function placesOf(text: string): Place[] {
  return text.split(';').map(placeOf).filter((place) => place !== null)
}
