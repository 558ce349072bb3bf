// @vitest-environment node
import { beforeEach, expect, test, vi } from 'vitest'
import { json, received, serve } from './world'
import type { Attachment, FinishedFilling, HomePage, RecordEntry } from '../../src/model'
import { batches, limitAfter } from '../../src/outbox/batches'
import { delayAfter } from '../../src/outbox/backoff'
import { withLease } from '../../src/outbox/lock'
import { flush, flushNow } from '../../src/outbox/queue'
import { phone } from '../../src/session/phone'
import { database } from '../../src/store/database'
import { rows } from '../../src/store/lists'
import { draft, drafts, fileEntries, finishDraft, record, records, removeRecord, reopen, saveDraft } from '../../src/store/records'
import { dropOldRecords } from '../../src/store/wiping'

const WORKER = 'worker-1'
const FORM = `<html><model><instance><data/></instance>
  <bind nodeset="/data/outcome" xmlns:entities="http://www.opendatakit.org/xforms/entities" entities:saveto="last_outcome"/></model></html>`

let number = 0

function xmlOf(id: string): string {
  return `<data id="household_visit"><outcome>met</outcome><household_id>h1</household_id><meta><instanceID>${id}</instanceID><entity dataset="households" id="h1" update="true"/></meta></data>`
}

async function finish(given: { key?: string; files?: Attachment[]; notBefore?: number; owner?: string } = {}): Promise<RecordEntry> {
  number += 1
  const id = `uuid:${number}`
  const done: FinishedFilling = { xml: xmlOf(id), files: given.files ?? [], instanceId: id, summary: '' }
  return finishDraft(`folder-${number}`, done, {
    owner: given.owner ?? WORKER, formId: 'household_visit', version: '1', title: '入户走访', summary: '12号',
    key: given.key ?? '', corrects: null, formXml: FORM, notBefore: given.notBefore ?? 0,
  })
}

function photo(name: string, kilobytes: number): Attachment {
  return { name, blob: new Blob([new Uint8Array(kilobytes * 1000)], { type: 'image/jpeg' }) }
}

const stateOf = async (entry: RecordEntry) => (await record(entry.id))?.state

beforeEach(async () => {
  const db = await database()
  for (const store of ['facts', 'lists', 'drafts', 'records', 'files', 'changes'] as const) await db.clear(store)
  phone.session = 'signed_in'
  phone.online = true
  phone.home = { worker: { id: WORKER, name: '', role: '' }, settings: { split_megabytes: 10 } } as HomePage
  serve(received)
  await flushNow()
})

test('a finished record is sent once, and stays listed', async () => {
  const seen = serve(received)
  const entry = await finish()
  await flush()
  await flushNow()
  expect(seen).toHaveLength(1)
  expect(seen[0]).toMatchObject({ path: '/w/api/submission', parts: ['xml_submission_file'] })
  expect(seen[0]!.headers['X-Wangge-Client']).toBe('1')
  expect(await seen[0]!.text('xml_submission_file')).toBe(entry.xml)
  expect(await record(entry.id)).toMatchObject({ state: 'sent', message: '已收到', setAside: false })
})

test('what is set aside has arrived', async () => {
  serve(() => json(202, { state: 'set_aside', message: '先存着' }))
  const entry = await finish()
  await flush()
  expect(await record(entry.id)).toMatchObject({ state: 'sent', setAside: true, message: '先存着' })
})

test('photos travel in requests of the agreed size, and all but the last say so', async () => {
  const seen = serve(received)
  await finish({ files: [photo('a.jpg', 6000), photo('b.jpg', 6000), photo('c.jpg', 3000)] })
  await flush()
  expect(seen.map((request) => request.parts)).toEqual([
    ['xml_submission_file', 'a.jpg', '*isIncomplete*'],
    ['xml_submission_file', 'b.jpg', 'c.jpg'],
  ])
  expect(await seen[0]!.text('*isIncomplete*')).toBe('yes')
})

test('after a cut only what was not acknowledged is sent again', async () => {
  let answered = 0
  serve(() => {
    answered += 1
    if (answered === 2) throw new TypeError('cut')
    return received()
  })
  const entry = await finish({ files: [photo('a.jpg', 9000), photo('b.jpg', 9000)] })
  await flush()
  expect(await stateOf(entry)).toBe('saved')
  const seen = serve(received)
  await flushNow()
  expect(seen.map((request) => request.parts)).toEqual([['xml_submission_file', 'b.jpg']])
  expect(await stateOf(entry)).toBe('sent')
})

test('a request that is too large is halved until it passes', async () => {
  const seen = serve((request) =>
    request.parts.filter((name) => name.endsWith('.jpg')).length > 1 ? json(413, { code: 'request.too_large', message: '太大' }) : received(),
  )
  const entry = await finish({ files: ['a', 'b', 'c'].map((name) => photo(`${name}.jpg`, 300)) })
  await flush()
  expect(await stateOf(entry)).toBe('sent')
  expect(seen.length).toBeGreaterThanOrEqual(4)
})

test('one file that is too large by itself is refused with the reason', async () => {
  serve(() => json(413, { code: 'request.too_large', message: '太大' }))
  const entry = await finish({ files: [photo('a.jpg', 300)] })
  await flush()
  expect(await record(entry.id)).toMatchObject({ state: 'refused', message: '太大' })
})

test.each([
  ['a page of the network', () => new Response('<html>', { status: 200, headers: { 'Content-Type': 'text/html' } })],
  ['JSON of somebody else', () => json(200, { ok: true })],
  ['another 201', () => json(201, {})],
  ['a proxy without words', () => new Response('', { status: 400 })],
])('%s is no receipt', async (_name, answer) => {
  serve(answer)
  const entry = await finish()
  await flush()
  expect(await stateOf(entry)).toBe('saved')
  expect(phone.stranger).toBe(true)
})

test('an answer with 500 keeps the others going', async () => {
  const bad = await finish()
  const good = await finish()
  serve(async (request) =>
    (await request.text('xml_submission_file')).includes(bad.id) ? json(500, { code: 'server.bug', message: '' }) : received(),
  )
  await flush()
  expect(await stateOf(bad)).toBe('saved')
  expect((await record(bad.id))!.notBefore).toBeGreaterThan(Date.now())
  expect(await stateOf(good)).toBe('sent')
})

test('503 is waited for as long as the server asks', async () => {
  const seen = serve(() => json(503, { code: 'server.busy', message: '' }, { 'Retry-After': '60' }))
  await finish()
  await finish()
  await flush()
  await flush()
  expect(seen).toHaveLength(1)
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 70_000 })
  await flush()
  vi.useRealTimers()
  expect(seen).toHaveLength(2)
})

test.each([
  [409, 'submission.other_xml'],
  [400, 'xml.malformed'],
  [404, 'submission.form_unknown'],
])('a refusal with %i stays with its reason', async (status, code) => {
  serve(() => json(status, { code, message: '说明' }))
  const entry = await finish()
  await flush()
  expect(await record(entry.id)).toMatchObject({ state: 'refused', code, message: '说明' })
})

test('a mangled request is no refusal of the record', async () => {
  serve(() => json(400, { code: 'request.malformed', message: '重试' }))
  const entry = await finish()
  await flush()
  expect(await stateOf(entry)).toBe('saved')
})

test.each([
  [401, 'actor.session_ended', 'ended'],
  [403, 'app_user.key_refused', 'revoked'],
])('a session that ended with %i keeps the whole queue', async (status, code, session) => {
  const seen = serve(() => json(status, { code, message: '' }))
  const entries = [await finish(), await finish()]
  await flush()
  await flushNow()
  expect(seen).toHaveLength(1)
  expect(phone.session).toBe(session)
  expect(await Promise.all(entries.map(stateOf))).toEqual(['saved', 'saved'])
  phone.session = 'signed_in'
  serve(received)
  await flushNow()
  expect(await Promise.all(entries.map(stateOf))).toEqual(['sent', 'sent'])
})

test('within a case the order is kept, others pass', async () => {
  const first = await finish({ key: 'case-1' })
  const second = await finish({ key: 'case-1' })
  const other = await finish({ key: 'case-2' })
  serve(async (request) =>
    (await request.text('xml_submission_file')).includes(first.id) ? json(500, { code: 'server.bug', message: '' }) : received(),
  )
  await flush()
  expect(await Promise.all([first, second, other].map(stateOf))).toEqual(['saved', 'saved', 'sent'])
})

test('a record of another worker of this phone is not sent', async () => {
  const seen = serve(received)
  await finish({ owner: 'worker-2' })
  await flush()
  expect(seen).toHaveLength(0)
})

test('a one-tap record waits for its ten seconds and can be taken back until then', async () => {
  const seen = serve(received)
  const entry = await finish({ notBefore: Date.now() + 10_000 })
  await flush()
  expect(seen).toHaveLength(0)
  expect(await removeRecord(entry.id, ['saved'])).toBe(true)
  expect(await record(entry.id)).toBeUndefined()
})

test('a clock set back holds nothing up', async () => {
  const entry = await finish({ notBefore: Date.now() + 365 * 86_400_000 })
  serve(received)
  await flush()
  expect(await stateOf(entry)).toBe('sent')
})

test('one page sends at a time, and a killed one is waited for no longer than its lease', async () => {
  const db = await database()
  await db.put('facts', { holder: 'another page', until: Date.now() + 30_000 }, 'wangge-outbox')
  expect(await withLease(async () => undefined)).toBe(false)
  await db.put('facts', { holder: 'another page', until: Date.now() - 1 }, 'wangge-outbox')
  expect(await withLease(async () => undefined)).toBe(true)
})

test('finishing moves the row at once, a refusal takes it back', async () => {
  await (await database()).put('lists', { name: 'households.csv', md5: '', text: 'name,last_outcome\r\nh1,\r\n', fetchedAt: 0 })
  serve(() => json(409, { code: 'submission.other_xml', message: '' }))
  await finish()
  expect(await rows('households.csv')).toEqual([{ name: 'h1', last_outcome: 'met' }])
  await flush()
  expect(await rows('households.csv')).toEqual([{ name: 'h1', last_outcome: '' }])
})

test('a refused record opens again under a new id, with its photos', async () => {
  serve(() => json(409, { code: 'submission.other_xml', message: '' }))
  const entry = await finish({ files: [photo('a.jpg', 1)] })
  await flush()
  const again = await reopen(entry.id)
  expect(again!.xml).not.toContain(`<instanceID>${entry.id}</instanceID>`)
  expect(again!.xml).toMatch(/<instanceID>uuid:[0-9a-f-]{36}<\/instanceID>/)
  expect((await draft(again!.id))!.files.map((file) => file.name)).toEqual(['a.jpg'])
  expect(await records(WORKER)).toEqual([])
})

test('a draft keeps its files and loses those that were taken out', async () => {
  const kept = {
    id: 'd1', owner: WORKER, formId: 'patrol', version: '1', title: '每日巡查', about: '', preset: {}, xml: '<data/>',
    files: [photo('a.jpg', 1), photo('b.jpg', 1)], complete: false, corrects: null, startedAt: 1, changedAt: 1,
  }
  await saveDraft(kept)
  await saveDraft({ ...kept, xml: '<data>2</data>', files: kept.files.slice(1) })
  const found = await draft('d1')
  expect(found).toMatchObject({ xml: '<data>2</data>' })
  expect(found!.files.map((file) => file.name)).toEqual(['b.jpg'])
  expect(await drafts('somebody else')).toEqual([])
})

test('photos of what was sent leave after 30 days, the record after 90', async () => {
  serve(received)
  const entry = await finish({ files: [photo('a.jpg', 1)] })
  const waiting = await finish({ files: [photo('b.jpg', 1)], notBefore: Date.now() + 10_000 })
  await flush()
  const day = 86_400_000
  await dropOldRecords(Date.now() + 29 * day, null)
  expect(await fileEntries(entry.folder)).toHaveLength(1)
  await dropOldRecords(Date.now() + 31 * day, null)
  expect(await fileEntries(entry.folder)).toHaveLength(0)
  expect(await stateOf(entry)).toBe('sent')
  await dropOldRecords(Date.now() + 91 * day, null)
  expect(await record(entry.id)).toBeUndefined()
  expect(await fileEntries(waiting.folder)).toHaveLength(1)
})

test('a storage nearly full gives up the photos of what was sent', async () => {
  serve(received)
  const entry = await finish({ files: [photo('a.jpg', 1)] })
  await flush()
  await dropOldRecords(Date.now() + 1, 1_000)
  expect(await fileEntries(entry.folder)).toHaveLength(0)
})

test('batches never lose or split a file', () => {
  const files = [5, 6, 20, 1].map((size) => ({ blob: { size } }))
  expect(batches(files, 10).map((batch) => batch.map((file) => file.blob.size))).toEqual([[5], [6], [20], [1]])
  expect(batches([], 10)).toEqual([[]])
})

test('waiting doubles up to ten minutes, and pieces shrink', () => {
  expect([1, 2, 3].map((attempts) => delayAfter(attempts, 1))).toEqual([5000, 10_000, 20_000])
  expect(delayAfter(50, 1)).toBe(600_000)
  expect(delayAfter(1, 0)).toBe(2500)
  expect(limitAfter(0, 10)).toBe(10_000_000)
  expect(limitAfter(20, 10)).toBe(200_000)
})
