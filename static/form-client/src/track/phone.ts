/** The recorder's phone: positions, the screen's wake lock, and one page at a time. */

import type { Fix } from '../model'
import type { Phone } from './recorder'

const LOCK = 'wangge-track'

let claimed: Promise<boolean> | null = null

export const browserPhone: Phone = {
  now: () => Date.now(),
  watch,
  stayAwake,
  claim,
}

/** A position as the browser gives it. */
export function fixOf({ coords, timestamp }: GeolocationPosition): Fix {
  return {
    lat: coords.latitude,
    lon: coords.longitude,
    altitude: coords.altitude,
    accuracy: coords.accuracy,
    at: timestamp,
  }
}

function watch(heard: (fix: Fix) => void, refused: () => void): () => void {
  const id = navigator.geolocation.watchPosition(
    (position) => heard(fixOf(position)),
    (error) => {
      // No signal is no refusal: the gap it leaves says so itself.
      if (error.code === error.PERMISSION_DENIED) refused()
    },
    { enableHighAccuracy: true, maximumAge: 0 },
  )
  return () => navigator.geolocation.clearWatch(id)
}

function stayAwake(): () => void {
  // Old browsers have no wake lock; a phone low on power refuses it. The track then has gaps, nothing worse.
  const asked = navigator.wakeLock?.request('screen').catch(() => null)
  return () => void asked?.then((lock) => lock?.release())
}

function claim(): Promise<boolean> {
  if (!navigator.locks) return Promise.resolve(true)
  claimed ??= new Promise<boolean>((answer) => {
    void navigator.locks.request(LOCK, { ifAvailable: true }, (lock) => {
      answer(lock !== null)
      if (lock === null) claimed = null
      return lock === null ? undefined : new Promise<never>(() => undefined)
    })
  })
  return claimed
}
