/** 一键: a record kept at once, with ten seconds to take it back before it may leave. */

import { reactive } from 'vue'
import type { Fix, FormEntry, GridEntry, ListRow } from '../model'
import { flush } from '../outbox/queue'
import { worker } from '../session/phone'
import { newInstanceId } from '../store/identity'
import { rows } from '../store/lists'
import { finishDraft, removeRecord, rewriteRecord } from '../store/records'
import { formXml } from '../store/refresh'
import { type Shipped, dutyOf, formFor } from '../store/standing'
import { recorder } from '../track/here'
import { sameAsYesterday } from './case_followup'
import { clearPatrol } from './patrol'
import { position } from './position'

const UNDO_MS = 10_000

const COUNTED_MS = 250

/** What can still be taken back; `id` is the record's, `seconds` whole ones until it may leave. */
export const undo = reactive({ id: '', words: '', seconds: 0 })
let closing: ReturnType<typeof setTimeout> | undefined
let counting: ReturnType<typeof setInterval> | undefined

/** 今日无异常 of a grid; false where the form has to be opened for it. */
export async function reportClear(grid: GridEntry): Promise<boolean> {
  const grids = await rows('grids.csv')
  const at = Date.now()
  const track = recorder.answer()
  await recorder.finish()
  const about = { key: grid.code, summary: `${grid.name} 今日无异常`, settled: () => recorder.discard() }
  return keep('patrol', about, (form, instanceId, fix) =>
    clearPatrol(form, { instanceId, at, fix, track, grid: grid.code, grids }),
  )
}

/** 进展同昨日 of a case; false where the form has to be opened for it. */
export async function reportSame(row: ListRow): Promise<boolean> {
  const at = Date.now()
  const about = { key: row.name ?? '', summary: `${row.label} 进展同昨日` }
  return keep('case_followup', about, (form, instanceId, fix) => sameAsYesterday(form, { instanceId, at, fix, row }))
}

/** 撤销: as if the button had not been touched. */
export async function takeBack(): Promise<void> {
  const { id } = undo
  close()
  await removeRecord(id, ['saved'])
}

type Write = (form: string, instanceId: string, fix: Fix | null) => string | null

interface About {
  key: string
  summary: string
  /** Once it can no longer be taken back. */
  settled?: () => Promise<void>
}

async function keep(duty: Shipped, about: About, write: Write): Promise<boolean> {
  const entry = formFor(duty)
  const form = entry && (await formXml(entry.form_id, entry.version))
  if (!entry || !form) return false
  const id = newInstanceId()
  const xml = write(form, id, null)
  if (xml === null) return false
  await store(entry, form, { ...about, id, xml })
  // Kept first: the position may come late or never, and the page may be closed.
  const fix = await position()
  const placed = fix && write(form, id, fix)
  if (placed) await rewriteRecord(id, placed)
  return true
}

async function store(entry: FormEntry, form: string, record: About & { id: string; xml: string }): Promise<void> {
  const { id, xml, key, summary, settled } = record
  await finishDraft(id, { xml, files: [], instanceId: id, summary }, {
    owner: worker(), formId: entry.form_id, standsFor: dutyOf(entry), version: entry.version, title: entry.title, summary, key,
    corrects: null, formXml: form, notBefore: Date.now() + UNDO_MS,
  })
  close()
  open(id, summary)
  closing = setTimeout(() => {
    close()
    void settled?.()
    void flush()
  }, UNDO_MS)
}

function open(id: string, words: string): void {
  const until = Date.now() + UNDO_MS
  const count = () => {
    undo.seconds = Math.max(1, Math.ceil((until - Date.now()) / 1000))
  }
  Object.assign(undo, { id, words })
  count()
  counting = setInterval(count, COUNTED_MS)
}

function close(): void {
  clearTimeout(closing)
  clearInterval(counting)
  Object.assign(undo, { id: '', words: '', seconds: 0 })
}
