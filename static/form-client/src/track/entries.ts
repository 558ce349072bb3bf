/** A track as it is kept: one entry after another, never changed, so that a killed browser loses nothing before it. */

import type { Fix } from '../model'
import { type SureFix, walkedParts } from './filter'

/** hidden: the page was out of sight, where browsers hear no positions; closed: it was closed or killed. */
export type Act = 'start' | 'pause' | 'resume' | 'hidden' | 'shown' | 'closed' | 'finish'

export interface Mark {
  act: Act
  /** Milliseconds since 1970. */
  at: number
}

export type TrackEntry = Fix | Mark

export type TrackState = 'off' | 'running' | 'paused' | 'finished'

const STATE_AFTER: Partial<Record<Act, TrackState>> = {
  start: 'running',
  pause: 'paused',
  resume: 'running',
  closed: 'paused',
  finish: 'finished',
}

/** Written into a geotrace where nobody knows where the phone was: no figure takes such a point for a position. */
const UNKNOWN_M = 9999

export function isMark(entry: TrackEntry): entry is Mark {
  return 'act' in entry
}

/** Where a recording stands after its entries. */
export function stateAfter(entries: readonly TrackEntry[]): TrackState {
  return entries.filter(isMark).reduce<TrackState>((state, mark) => STATE_AFTER[mark.act] ?? state, 'off')
}

/**
 * The answer to a geotrace question, `lat lon alt acc; …` in order of time; '' where nothing was walked.
 *
 * A geotrace is one line without times. Between two parts stands the end of the first once more, with an accuracy of
 * 9999 m: the server keeps no such point, and a reader sees that the way from there on is not known.
 */
export function trackAnswer(entries: readonly TrackEntry[]): string {
  const parts = stretches(entries).flatMap(walkedParts)
  return parts.map((part) => part.map(written)).map(closedByUnknown).flat().join('; ')
}

function closedByUnknown(points: string[], index: number, parts: string[][]): string[] {
  if (index === parts.length - 1) return points
  const end = points[points.length - 1]
  return [...points, `${end.slice(0, end.lastIndexOf(' '))} ${UNKNOWN_M}`]
}

/** The fixes between one mark and the next: across a mark nothing is known. */
function stretches(entries: readonly TrackEntry[]): Fix[][] {
  const found: Fix[][] = [[]]
  for (const entry of entries) {
    if (isMark(entry)) found.push([])
    else found[found.length - 1].push(entry)
  }
  return found.filter((stretch) => stretch.length > 0)
}

/** Six decimals are a tenth of a metre. */
function written(fix: SureFix): string {
  return `${fix.lat.toFixed(6)} ${fix.lon.toFixed(6)} ${(fix.altitude ?? 0).toFixed(1)} ${fix.accuracy.toFixed(1)}`
}
