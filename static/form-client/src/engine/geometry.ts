/** Points, lines and patches between the engine (GeoJSON, longitude first) and an answer (`lat lon 0 0;…`). */

import type { Place } from '../outline/plane'

export type Shape = 'point' | 'trace' | 'shape'

export interface Feature {
  geometry:
    | { type: 'Point'; coordinates: number[] }
    | { type: 'LineString'; coordinates: number[][] }
    | { type: 'Polygon'; coordinates: number[][][] }
  properties: { odk_value: string; odk_label: string }
}

/** The places of a feature; a patch without the corner that closes it. */
export function geometryOf(feature: Feature | undefined): Place[] {
  const geometry = feature?.geometry
  if (!geometry) return []
  if (geometry.type === 'Point') return [placeOf(geometry.coordinates)]
  if (geometry.type === 'LineString') return geometry.coordinates.map(placeOf)
  return geometry.coordinates[0]!.slice(0, -1).map(placeOf)
}

const LEAST = { point: 1, trace: 2, shape: 3 }

/** The answer, '' where a line or patch has too few points to be one. Six decimals are a tenth of a metre. */
export function written(places: Place[], shape: Shape = 'point'): string {
  if (places.length < LEAST[shape]) return ''
  const points = places.map(({ lat, lon }) => `${lat.toFixed(6)} ${lon.toFixed(6)} 0 0`)
  if (shape === 'shape') points.push(points[0]!)
  return points.join('; ')
}

function placeOf([lon, lat]: number[]): Place {
  return { lat: lat!, lon: lon! }
}
