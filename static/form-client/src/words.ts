/** Words that several screens say. */

import type { ListRow, RecordState } from './model'
import { dayOf } from './quick/clock'

/** A state is a word and a character, never a colour alone. */
export const STATES: Record<RecordState, { mark: string; word: string }> = {
  saved: { mark: '○', word: '已存' },
  sending: { mark: '…', word: '发送中' },
  sent: { mark: '✓', word: '已传' },
  refused: { mark: '！', word: '退回' },
}

const OUTCOMES: Record<string, string> = {
  met: '见到人',
  phone: '电话联系上',
  not_home: '无人在家',
  away: '外出',
  refused: '不方便',
  moved: '已搬走',
  vacant: '空房',
}

const STEPS: Record<string, string> = {
  same: '进展同昨日',
  progress: '有进展',
  done: '已办好',
  cannot: '办不了',
  true: '属实',
  partly: '部分属实',
  not_true: '不属实',
  not_found: '没找到',
  fixed_ok: '已经办好',
  fixed_part: '只办了一部分',
  fixed_no: '没有办',
}

/** 「今天 08:15」「11月22日 08:15」. */
export function whenWords(at: number | string): string {
  const date = new Date(at)
  const time = `${String(date.getHours()).padStart(2, '0')}:${String(date.getMinutes()).padStart(2, '0')}`
  if (dayOf(date.getTime()) === dayOf(Date.now())) return `今天 ${time}`
  return `${date.getMonth() + 1}月${date.getDate()}日 ${time}`
}

/** 「11月25日」 from `2026-11-25`. */
export function dayWords(day: string): string {
  const [, month, date] = day.split('-').map(Number)
  return `${month}月${date}日`
}

export function isToday(day: string | undefined): boolean {
  return day === dayOf(Date.now())
}

/** The household's name, without the marks of a duty. */
export function householdName(row: ListRow): string {
  return (row.label || row.address || '').replace(/^！/, '').replace(/ · 逾期\d+天$/, '')
}

/** The household as the list shows it: marked while a duty is open. */
export function householdLabel(row: ListRow): string {
  return row.due_state === 'done' ? householdName(row) : row.label || row.address || ''
}

/** What was done at a household today; '' for nothing. One that was met and still waits is one whose person was not. */
export function visitToday(row: ListRow): string {
  if (!isToday(row.last_attempt)) return ''
  const isWaiting = row.due_state === 'due' || row.due_state === 'overdue'
  if (row.last_outcome === 'met' && isWaiting) return '今天已去，见到家属，没见到本人'
  return `今天已去，${OUTCOMES[row.last_outcome ?? ''] ?? '已记录'}`
}

/** What was said of a case today; '' for nothing. */
export function wordToday(row: ListRow): string {
  return isToday(row.last_report_on) ? `今天已报：${STEPS[row.last_step ?? ''] ?? '已记录'}` : ''
}

/** What the card of a case says beyond the line above it, which ends with the same words and the same day. */
export function caseMore(row: ListRow): string {
  const label = row.label ?? ''
  return (row.card ?? '').split('；').filter((part) => !label.includes(part)).join('；')
}

/** What the worker is asked to do about a case. */
export const TASKS: Record<string, string> = { handle: '办理', look: '去看看', check: '去核对' }
