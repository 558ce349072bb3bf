/** One page of this phone sends at a time: Web Locks, or a lease in the database where a browser has none. */

import { database } from '../store/database'
import { newId } from '../store/identity'

const NAME = 'wangge-outbox'
const LEASE_MS = 60_000
const holder = newId()

interface Lease {
  holder: string
  until: number
}

/** Run `work` as the only sender; false where another page is sending. `renew` is called between requests. */
export async function asOnlySender(work: (renew: () => Promise<void>) => Promise<void>): Promise<boolean> {
  if (globalThis.navigator?.locks) {
    return navigator.locks.request(NAME, { ifAvailable: true }, async (lock) => {
      if (lock === null) return false
      await work(async () => undefined)
      return true
    })
  }
  return withLease(work)
}

/** The same with a lease, which a killed page lets run out. */
export async function withLease(work: (renew: () => Promise<void>) => Promise<void>): Promise<boolean> {
  if (!(await take())) return false
  try {
    await work(async () => {
      await take()
    })
  } finally {
    await (await database()).delete('facts', NAME)
  }
  return true
}

async function take(now: number = Date.now()): Promise<boolean> {
  const tx = (await database()).transaction('facts', 'readwrite')
  const lease = (await tx.store.get(NAME)) as Lease | undefined
  // A clock set back must not leave a lease standing for a year.
  const isFree = !lease || lease.holder === holder || lease.until < now || lease.until > now + 2 * LEASE_MS
  if (isFree) void tx.store.put({ holder, until: now + LEASE_MS }, NAME)
  await tx.done
  return isFree
}
