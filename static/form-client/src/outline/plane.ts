/** Metres around a place: local scaling on the WGS-84 ellipsoid, good to 0.0006 % inside a county (SPATIAL §2). */

/** Degrees WGS-84. */
export interface Place {
  lat: number
  lon: number
}

/** Metres east and north of a plane's origin. */
export interface Spot {
  x: number
  y: number
}

export interface Plane {
  spotOf(place: Place): Spot
  placeOf(spot: Spot): Place
}

const EQUATOR_M = 6378137
const ECCENTRICITY_SQUARED = 0.00669437999014

/** The plane that touches the earth at `origin`. */
export function planeAt(origin: Place): Plane {
  const latitude = (origin.lat * Math.PI) / 180
  const flattened = 1 - ECCENTRICITY_SQUARED * Math.sin(latitude) ** 2
  const perLat = ((Math.PI / 180) * EQUATOR_M * (1 - ECCENTRICITY_SQUARED)) / flattened ** 1.5
  const perLon = ((Math.PI / 180) * EQUATOR_M * Math.cos(latitude)) / Math.sqrt(flattened)
  return {
    spotOf: (place) => ({ x: (place.lon - origin.lon) * perLon, y: (place.lat - origin.lat) * perLat }),
    placeOf: (spot) => ({ lon: origin.lon + spot.x / perLon, lat: origin.lat + spot.y / perLat }),
  }
}

/** Metres from one place to another, both within a county. */
export function metresBetween(one: Place, other: Place): number {
  const spot = planeAt(one).spotOf(other)
  return Math.hypot(spot.x, spot.y)
}
