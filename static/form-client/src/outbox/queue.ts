/** 发送箱: sends what is saved, in order, whenever there is a way; nothing leaves it but to the server. */

import type { RecordEntry } from '../model'
import { phone, settings, worker } from '../session/phone'
import { announce, onChange } from '../store/news'
import { allRecords, changeRecord, fileEntries, markPartSent, record as current } from '../store/records'
import { delayAfter } from './backoff'
import { asOnlySender } from './lock'
import { type Outcome, sendRecord } from './sending'

export { onChange }

const EVERY_MS = 15_000
const LONGEST_WAIT_MS = 30 * 60_000

let pausedUntil = 0
let failures = 0
let running: Promise<void> | null = null
let afterSent: () => void = () => undefined

/** Send what can be sent now. Joins a flush that is running; does nothing while another page sends. */
export function flush(): Promise<void> {
  running ??= flushOnce().finally(() => {
    running = null
    phone.sending = false
  })
  return running
}

/** 现在发: do not wait for the back-off. */
export function flushNow(): Promise<void> {
  pausedUntil = 0
  failures = 0
  return flush()
}

/** Flush at every sign of a network, and from time to time. `sent` is called after records have arrived. */
export function watchNetwork(sent: () => void): void {
  afterSent = sent
  addEventListener('online', () => {
    phone.online = true
    void flushNow()
  })
  addEventListener('offline', () => {
    phone.online = false
  })
  setInterval(() => void flush(), EVERY_MS)
}

async function flushOnce(): Promise<void> {
  if (!phone.online || phone.session !== 'signed_in' || !hasCome(pausedUntil, Date.now())) return
  if ((await nextRecord(new Set())) === null) return
  let sent = 0
  await asOnlySender(async (renew) => {
    phone.sending = true
    const tried = new Set<string>()
    for (;;) {
      const next = await nextRecord(tried)
      if (next === null) return
      tried.add(next.id)
      const outcome = await attempt(next, renew)
      if (outcome.kind === 'sent') sent += 1
      if (outcome.kind === 'pause') return pause(outcome)
      failures = 0
    }
  })
  announce()
  if (sent > 0) afterSent()
}

/** The first record that may leave: of its worker, its time has come, and none before it of the same key waits. */
async function nextRecord(tried: ReadonlySet<string>): Promise<RecordEntry | null> {
  const owner = worker()
  const waiting = (await allRecords())
    .filter((each) => each.owner === owner && (each.state === 'saved' || each.state === 'sending'))
    .sort((one, other) => one.order - other.order)
  const held = new Set<string>()
  const now = Date.now()
  for (const record of waiting) {
    const isReady = !tried.has(record.id) && !held.has(record.key) && hasCome(record.notBefore, now)
    if (isReady) return record
    if (record.key !== '') held.add(record.key)
  }
  return null
}

/** A moment far ahead was written by a clock that has been set back since. */
function hasCome(moment: number, now: number): boolean {
  return moment <= now || moment > now + LONGEST_WAIT_MS * 2
}

async function attempt(record: RecordEntry, renew: () => Promise<void>): Promise<Outcome> {
  await changeRecord(record.id, { state: 'sending' })
  const outcome = await sendRecord(record, await fileEntries(record.folder), {
    splitMegabytes: settings().split_megabytes,
    acknowledged: (files) => markPartSent(record.id, files),
    renew,
  })
  await changeRecord(record.id, await after(record, outcome))
  return outcome
}

async function after(record: RecordEntry, outcome: Outcome): Promise<Partial<RecordEntry>> {
  const attempts = ((await current(record.id))?.attempts ?? record.attempts) + 1
  switch (outcome.kind) {
    case 'sent':
      return { state: 'sent', sentAt: Date.now(), setAside: outcome.setAside, message: outcome.message, attempts: 0 }
    case 'refused':
      return { state: 'refused', code: outcome.code, message: outcome.message }
    case 'later':
      return { state: 'saved', attempts, notBefore: Date.now() + waitFor(outcome.retryAfter, attempts) }
    case 'pause':
      return outcome.why === 'silence' ? { state: 'saved', attempts } : { state: 'saved' }
  }
}

/** An ended session pauses by itself, until somebody signs in. */
function pause(outcome: Extract<Outcome, { kind: 'pause' }>): void {
  phone.stranger = outcome.why === 'stranger'
  if (outcome.why === 'signed_out') phone.session = 'ended'
  else if (outcome.why === 'revoked') phone.session = 'revoked'
  if (phone.session !== 'signed_in') return
  failures += 1
  pausedUntil = Date.now() + waitFor(outcome.retryAfter, failures)
}

/** Milliseconds; never longer than half an hour, whatever a proxy asks for. */
function waitFor(retryAfter: number | null, attempts: number): number {
  return retryAfter === null ? delayAfter(attempts) : Math.min(retryAfter * 1000, LONGEST_WAIT_MS) + delayAfter(1)
}
