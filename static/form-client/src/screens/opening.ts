/** Opens a form: new, from a draft, to correct what was sent, or to mend what was refused. */

import type { Attachment, Draft, FormEntry, ListRow, RecordEntry } from '../model'
import { phone, worker } from '../session/phone'
import { newId } from '../store/identity'
import { draft, filesOf, record, reopen } from '../store/records'
import { formEntry } from '../store/refresh'
import { type Shipped, dutyOf, formFor } from '../store/standing'
import { householdName } from '../words'
import { say } from './notice'
import { go } from './route'

/** A draft on its way to the form screen; it is kept once something has been answered. */
export interface Opening {
  draft: Draft
  /** The sent record it corrects. */
  edit: { xml: string; files: Attachment[] } | null
}

const fresh = new Map<string, Opening>()

/** Open a form as it is. */
export function openForm(formId: string): void {
  openEntry(formEntry(formId), {}, '')
}

/** 名册里没有的: a household that is on no list. */
export function openUnlisted(): void {
  openDuty('household_visit', { show: 'new' }, '名册里没有的')
}

function openDuty(duty: Shipped, preset: Record<string, string>, about: string): void {
  openEntry(formFor(duty), preset, about)
}

function openEntry(entry: FormEntry | null, preset: Record<string, string>, about: string): void {
  if (!entry) return say('这张表还没有下载到手机，有网时再打开。')
  if (entry.refused !== null) return go('collect', entry.form_id)
  const now = Date.now()
  open({
    draft: {
      id: newId(), owner: worker(), formId: entry.form_id, standsFor: dutyOf(entry), version: entry.version,
      title: entry.title, about, preset, xml: '', files: [], complete: false, corrects: null, startedAt: now, changedAt: now,
    },
    edit: null,
  })
}

/** 走访: the household is chosen already. */
export function openVisit(row: ListRow): void {
  const isDue = row.due_state === 'overdue' || row.due_state === 'due'
  openDuty('household_visit', { show: isDue ? 'due' : 'all', household: row.name ?? '' }, householdName(row))
}

export function openCase(row: ListRow): void {
  openDuty('case_followup', { find_by: 'list', case_list: row.name ?? '' }, row.label)
}

/** 发现急事: what cannot wait goes out by itself, at once (FORMS §1 rule 10). */
export function openUrgent(): void {
  openDuty('demand_intake', { channel: 'patrol', urgency: 'urgent' }, '急事')
}

/** 开始巡查 of a grid. */
export function openPatrol(grid: { code: string; name: string }): void {
  const isOne = phone.home?.grids.length === 1
  openDuty('patrol', isOne ? {} : { grid_pick: grid.code }, grid.name)
}

export function openDraft(id: string): void {
  go('fill', id)
}

/** 更正: another version of what was sent. */
export async function correct(sent: RecordEntry): Promise<void> {
  const now = Date.now()
  const { owner, formId, standsFor, version, title, summary, xml, folder } = sent
  open({
    draft: {
      id: newId(), owner, formId, standsFor, version, title, about: summary, preset: {}, xml: '', files: [], complete: true,
      corrects: sent.id, startedAt: now, changedAt: now,
    },
    edit: { xml, files: await filesOf(folder) },
  })
}

/** 改一改再发. */
export async function mend(refused: RecordEntry): Promise<void> {
  const again = await reopen(refused.id)
  if (again) go('fill', again.id)
}

/** What the form screen is to show for an address; undefined where nothing is left of it. */
export async function openingOf(id: string): Promise<Opening | undefined> {
  const kept = await draft(id)
  if (!kept) return fresh.get(id)
  const sent = kept.xml === '' && kept.corrects !== null ? await record(kept.corrects) : undefined
  return { draft: kept, edit: sent ? { xml: sent.xml, files: await filesOf(sent.folder) } : null }
}

function open(opening: Opening): void {
  fresh.set(opening.draft.id, opening)
  go('fill', opening.draft.id)
}
