// @vitest-environment node
import { afterEach, expect, test } from 'vitest'
import './world'
import type { Draft, FinishedFilling } from '../../src/model'
import { draft, fileEntries, finishDraft, records, saveDraft } from '../../src/store/records'

const PHOTO = { name: 'road.jpg', blob: new Blob(['a photo'], { type: 'image/jpeg' }) }
const { put } = IDBObjectStore.prototype

/** How a database says that the phone is full: at once, or when the transaction ends. */
const FULL = {
  'at once': (_store: IDBObjectStore) => {
    throw new DOMException('full', 'QuotaExceededError')
  },
  later: (store: IDBObjectStore) => void queueMicrotask(() => store.transaction.abort()),
}

function fillUp(say: (store: IDBObjectStore) => void): void {
  IDBObjectStore.prototype.put = function (this: IDBObjectStore, ...given: Parameters<typeof put>) {
    if (this.name === 'files') say(this)
    return put.apply(this, given)
  }
}

afterEach(() => {
  IDBObjectStore.prototype.put = put
})

function draftOf(id: string): Draft {
  return { id, owner: 'w', formId: 'patrol', version: '1', title: '每日巡查', xml: '<data/>', files: [PHOTO], changedAt: 1, about: '', preset: {}, corrects: null } as Draft
}

function finish(id: string): Promise<unknown> {
  const done: FinishedFilling = { xml: '<data/>', files: [PHOTO], instanceId: `uuid:${id}`, summary: '' }
  return finishDraft(id, done, {
    owner: id, formId: 'patrol', version: '1', title: '', summary: '', key: '', corrects: null, formXml: '<html/>', notBefore: 0,
  })
}

test.each(Object.entries(FULL))('what does not fit (said %s) is kept neither whole nor in part', async (_when, say) => {
  const id = `finish ${_when}`
  fillUp(say)
  await expect(finish(id)).rejects.toThrow()
  expect(await records(id)).toEqual([])

  IDBObjectStore.prototype.put = put
  await finish(id)
  expect((await fileEntries(id)).map((file) => file.name)).toEqual(['road.jpg'])
})

test.each(Object.entries(FULL))('a photo that did not fit into the draft (said %s) is written with the next change', async (when, say) => {
  const id = `draft ${when}`
  fillUp(say)
  await expect(saveDraft(draftOf(id))).rejects.toThrow()
  IDBObjectStore.prototype.put = put
  await saveDraft(draftOf(id))
  expect((await draft(id))?.files.map((file) => file.name)).toEqual(['road.jpg'])
})
