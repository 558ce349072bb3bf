/** 进展同昨日: a word on a case in one tap (FORMS §6). */

import type { Fix, ListRow } from '../model'
import { dayOf, instantOf } from './clock'
import { filled } from './instance'
import { geopoint } from './position'

export interface SameAsYesterday {
  instanceId: string
  /** Milliseconds since 1970. */
  at: number
  fix: Fix | null
  /** The row of open_cases.csv. */
  row: ListRow
}

/** The follow-up's XML, or null where the county's form needs more than a tap. */
export function sameAsYesterday(formXml: string, word: SameAsYesterday): string | null {
  const { row } = word
  const id = row.name ?? ''
  const day = dayOf(word.at)
  const notAsked = ['photo', 'words', 'how_solved', 'cannot_reason', 'tried', 'told', 'ask_until']
  return filled(
    formXml,
    {
      start: instantOf(word.at),
      end: instantOf(word.at),
      today: day,
      fix_start: geopoint(word.fix),
      'which/find_by': 'list',
      'which/case_list': id,
      case_map: null,
      case_id: id,
      class: row.class ?? '',
      task: row.task ?? '',
      reported_on: day,
      'progress/card_note': row.card ? '' : null,
      'progress/step': 'same',
      ...Object.fromEntries(notAsked.map((question) => [`progress/${question}`, null])),
      'meta/entity': '',
      'meta/instanceID': word.instanceId,
      'meta/instanceName': `${day} same`,
    },
    { 'meta/entity': { update: 'true', baseVersion: row.__version ?? '', trunkVersion: '', branchId: '', id } },
  )
}
