/** Where the phone is, if it says so soon; nothing ever waits for it longer. */

import type { Fix } from '../model'
import { fixOf } from '../track/phone'

const PATIENCE_MS = 5_000
const STILL_GOOD_MS = 60_000

/** The position within 5 s, or null. */
export function position(): Promise<Fix | null> {
  if (!navigator.geolocation) return Promise.resolve(null)
  return new Promise((resolve) => {
    const tooLate = setTimeout(() => resolve(null), PATIENCE_MS)
    const heard = (fix: Fix | null) => {
      clearTimeout(tooLate)
      resolve(fix)
    }
    const options = { enableHighAccuracy: true, timeout: PATIENCE_MS, maximumAge: STILL_GOOD_MS }
    navigator.geolocation.getCurrentPosition((found) => heard(fixOf(found)), () => heard(null), options)
  })
}

/** The position, where the worker has allowed it before: opening a page never asks. */
export async function positionIfAllowed(): Promise<Fix | null> {
  const permission = await navigator.permissions?.query({ name: 'geolocation' }).catch(() => null)
  return permission?.state === 'granted' ? position() : null
}

/** A geopoint answer, `lat lon alt acc`, as the form engine writes it; '' for none. */
export function geopoint(fix: Fix | null): string {
  return fix === null ? '' : [fix.lat, fix.lon, fix.altitude ?? 0, fix.accuracy ?? 0].map(decimal).join(' ')
}

function decimal(number: number): string {
  return Number.isInteger(number) ? number.toFixed(1) : String(number)
}

/** Whether a position lies in a ring `lat lon 0 0;…`; false where the ring does not close, as the form's geofence(). */
export function liesWithin(fix: Fix, ring: string): boolean {
  const corners = ring
    .split(';')
    .map((corner) => corner.trim().split(/\s+/).map(Number))
    .filter((corner) => corner.length >= 2)
  const [start, end] = [corners[0], corners[corners.length - 1]]
  if (!start || !end || corners.length < 2 || start[0] !== end[0] || start[1] !== end[1]) return false
  let isWithin = false
  for (let at = 1; at < corners.length; at++) {
    const [latA, lonA] = corners[at - 1] as [number, number]
    const [latB, lonB] = corners[at] as [number, number]
    const crosses = latA > fix.lat !== latB > fix.lat
    if (crosses && fix.lon < ((lonB - lonA) * (fix.lat - latA)) / (latB - latA) + lonA) isWithin = !isWithin
  }
  return isWithin
}
