/** 今日无异常: a patrol with nothing unusual, in one tap (FORMS §3). */

import type { Fix, ListRow } from '../model'
import { dayOf, instantOf } from './clock'
import { filled } from './instance'
import { geopoint, liesWithin } from './position'

export interface ClearPatrol {
  instanceId: string
  /** Milliseconds since 1970. */
  at: number
  fix: Fix | null
  /** The grid's code. */
  grid: string
  /** Geotrace of what was recorded on the way; '' for nothing. */
  track: string
  /** Rows of grids.csv. */
  grids: readonly ListRow[]
}

/** The patrol's XML, or null where the county's form needs more than a tap. */
export function clearPatrol(formXml: string, patrol: ClearPatrol): string | null {
  const { grid, grids, fix } = patrol
  const ring = grids.find((row) => row.name === grid)?.geometry ?? ''
  const isOutside = fix !== null && ring !== '' && !liesWithin(fix, ring)
  const day = dayOf(patrol.at)
  return filled(formXml, {
    start: instantOf(patrol.at),
    end: instantOf(patrol.at),
    today: day,
    fix_start: geopoint(fix),
    grid_count: String(grids.length),
    grid_pick: grids.length > 1 ? grid : null,
    grid,
    outside: isOutside ? '1' : '0',
    result: 'clear',
    finding: null,
    'wrap_up/extent': 'whole',
    'wrap_up/cut_reason': null,
    'wrap_up/outside_reason': isOutside ? '' : null,
    'wrap_up/track': patrol.track,
    'meta/instanceID': patrol.instanceId,
    'meta/instanceName': `${day} ${grid}`,
  })
}
