/** What follows a sign-in, and what the counts in the head are made of. */

import { flush } from '../outbox/queue'
import { onChange } from '../store/news'
import { allRecords, draftCount } from '../store/records'
import { recallHome, refresh } from '../store/refresh'
import { type Inventory, dropOldRecords, missingFrom, noteInventory, spareBytes } from '../store/wiping'
import { phone, worker } from './phone'

/** Fetch the morning's page and send what waits. */
export async function arrive(): Promise<void> {
  await navigator.storage?.persist?.()
  await refresh()
  await count()
  void flush()
}

/** Read what the phone holds, before the server is asked anything. */
export async function recall(): Promise<void> {
  await recallHome()
  phone.spare = await spareBytes()
  await dropOldRecords(Date.now(), phone.spare)
  phone.lost = missingFrom(await inventory())
  await count()
  onChange(() => void count())
}

/** 知道了: what is lost has been read. */
export async function acknowledgeLoss(): Promise<void> {
  phone.lost = null
  await count()
}

/** What is on this phone and nowhere else, whosever it is. */
async function inventory(): Promise<Inventory> {
  const known = await allRecords()
  return { unsent: known.filter((record) => record.state !== 'sent').length, drafts: await draftCount() }
}

async function count(): Promise<void> {
  const owner = worker()
  const known = await allRecords()
  const waiting = known.filter((record) => record.state === 'saved' || record.state === 'sending')
  phone.unsent = waiting.filter((record) => record.owner === owner).length
  phone.unsentOfOthers = waiting.length - phone.unsent
  phone.refused = known.filter((record) => record.state === 'refused' && record.owner === owner).length
  // What is lost stays noted until it has been read.
  if (phone.lost === null) noteInventory(await inventory())
}
