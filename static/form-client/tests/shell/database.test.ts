// @vitest-environment node
import { openDB } from 'idb'
import { expect, test } from 'vitest'
import './world'
import { database, fact } from '../../src/store/database'

test('what an earlier client has kept is there, beside room for the files of forms', async () => {
  const before = await openDB('wangge-phone', 1, {
    upgrade(db) {
      db.createObjectStore('facts')
    },
  })
  await before.put('facts', true, 'signed-in')
  before.close()
  expect(await fact('signed-in')).toBe(true)
  expect(await (await database()).count('media')).toBe(0)
})
