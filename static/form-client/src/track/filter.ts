/** What of a track is worth sending: SPATIAL §3, steps 1 to 5. Whatever goes costs nobody anything. */

import type { Fix } from '../model'
import { metresBetween, planeAt, type Spot } from '../outline/plane'

/** A fix whose accuracy the phone gave. */
export type SureFix = Fix & { accuracy: number }

const WORST_ACCURACY_M = 50
/** 90 km/h: faster than anybody patrols, slower than a fix that jumps. */
const FASTEST_M_PER_S = 25
const LONGEST_GAP_MS = 120_000
const LONGEST_GAP_M = 300
const MEDIAN_OF = 5
const SMALLEST_MOVE_M = 10

/** Whether a fix says where the phone was; an accuracy of 0 is a mock one or drawn by hand. */
export function isSure(fix: Fix): fix is SureFix {
  return fix.accuracy !== null && fix.accuracy > 0 && fix.accuracy <= WORST_ACCURACY_M
}

/**
 * The parts of one uninterrupted recording that were truly walked, each with at least two fixes.
 * Cut where nothing was heard for 120 s or the next fix lies 300 m away; what lies between is not known.
 */
export function walkedParts(fixes: readonly Fix[]): SureFix[][] {
  return cut(withoutSpikes(inOrder(fixes.filter(isSure))))
    .map((part) => moves(smoothed(part)))
    .filter((part) => part.length > 1)
}

/** In the order of time, the first of each instant. */
function inOrder(fixes: SureFix[]): SureFix[] {
  const sorted = [...fixes].sort((one, other) => one.at - other.at)
  return sorted.filter((fix, index) => index === 0 || fix.at !== sorted[index - 1].at)
}

/** Without the fixes that were reached and left faster than anybody patrols. */
function withoutSpikes(fixes: SureFix[]): SureFix[] {
  return fixes.filter((fix, index) => {
    const before = fixes[index - 1]
    const after = fixes[index + 1]
    return !(before && after && tooFast(before, fix) && tooFast(fix, after))
  })
}

function tooFast(one: Fix, other: Fix): boolean {
  return metresBetween(one, other) > (FASTEST_M_PER_S * (other.at - one.at)) / 1000
}

function cut(fixes: SureFix[]): SureFix[][] {
  const parts: SureFix[][] = []
  let last: SureFix | null = null
  for (const fix of fixes) {
    const goesOn = last && fix.at - last.at <= LONGEST_GAP_MS && metresBetween(last, fix) <= LONGEST_GAP_M
    if (goesOn) parts[parts.length - 1].push(fix)
    else parts.push([fix])
    last = fix
  }
  return parts
}

/** A running median of five positions; the ends, which have fewer neighbours, stay as they are. */
function smoothed(part: SureFix[]): SureFix[] {
  const reach = (MEDIAN_OF - 1) / 2
  const plane = planeAt(part[0])
  const spots = part.map(plane.spotOf)
  return part.map((fix, index) => {
    if (index < reach || index >= part.length - reach) return fix
    const around = spots.slice(index - reach, index + reach + 1)
    return { ...fix, ...plane.placeOf(middle(around)) }
  })
}

function middle(spots: Spot[]): Spot {
  const at = (values: number[]) => values.sort((one, other) => one - other)[(values.length - 1) / 2]
  return { x: at(spots.map((spot) => spot.x)), y: at(spots.map((spot) => spot.y)) }
}

/** Only true moves: a phone lying still wanders for kilometres (SPATIAL §3, hysteresis). */
function moves(part: SureFix[]): SureFix[] {
  const kept = [part[0]]
  for (const fix of part) {
    const move = metresBetween(kept[kept.length - 1], fix)
    if (move > Math.max(SMALLEST_MOVE_M, 1.5 * fix.accuracy)) kept.push(fix)
  }
  return kept
}
