// @vitest-environment node
import { expect, test } from 'vitest'
import './world'
import type { GridEntry, RecordEntry } from '../../src/model'
import { dayOf } from '../../src/quick/clock'
import { patrolledOn } from '../../src/screens/lists'
import { caseMore, visitToday } from '../../src/words'

const MORNING = new Date(2026, 10, 22, 8, 15).getTime()
const YESTERDAY = new Date(2026, 10, 21, 18, 0).getTime()
const DAY = dayOf(MORNING)

function patrol(key: string, savedAt: number, state: RecordEntry['state'] = 'saved'): RecordEntry {
  return { formId: 'patrol', key, savedAt, state } as RecordEntry
}

function grid(code: string, patrolled_today: boolean): GridEntry {
  return { code, name: '', outline: '', patrolled_today, stand_in: false, until: null }
}

test('a grid is patrolled once its record is on the phone, sent or not, until it is refused', () => {
  const grids = [grid('g1', false), grid('g2', false), grid('g3', false), grid('g4', false)]
  const records = [patrol('g1', MORNING), patrol('g2', MORNING, 'sent'), patrol('g3', MORNING, 'refused'), patrol('g4', YESTERDAY)]
  expect(patrolledOn(DAY, { records, grids, heardAt: MORNING })).toEqual(new Set(['g1', 'g2']))
})

test('what the server said of yesterday is not said of today', () => {
  const grids = [grid('g1', true), grid('g2', false)]
  expect(patrolledOn(DAY, { records: [], grids, heardAt: MORNING })).toEqual(new Set(['g1']))
  expect(patrolledOn(DAY, { records: [], grids, heardAt: YESTERDAY })).toEqual(new Set())
})

test('a case is described once, and its day is named once', () => {
  const label = '！电线老化：插板发烫 · 11月25日到期'
  expect(caseMore({ label, card: '插板发烫；措施：上门劝导；11月25日到期' })).toBe('措施：上门劝导')
  expect(caseMore({ label, card: '地址：石桥村1组；插板发烫，一碰就跳闸' })).toBe('地址：石桥村1组；插板发烫，一碰就跳闸')
  expect(caseMore({ label, card: '插板发烫；11月25日到期' })).toBe('')
  expect(caseMore({ label })).toBe('')
})

test('a household that was met today and still waits is one whose person was not seen', () => {
  const row = { name: 'h1', last_attempt: dayOf(Date.now()), last_outcome: 'met' }
  expect(visitToday({ ...row, due_state: 'overdue' })).toBe('今天已去，见到家属，没见到本人')
  expect(visitToday({ ...row, due_state: 'done' })).toBe('今天已去，见到人')
  expect(visitToday({ ...row, due_state: 'none' })).toBe('今天已去，见到人')
  expect(visitToday({ ...row, due_state: 'due', last_outcome: 'not_home' })).toBe('今天已去，无人在家')
  expect(visitToday({ ...row, due_state: 'due', last_attempt: '2020-01-01' })).toBe('')
})
