// @vitest-environment node
import { beforeEach, expect, test } from 'vitest'
import { json, serve } from './world'
import type { Draft, FormEntry, HomePage, MediaEntry } from '../../src/model'
import { phone } from '../../src/session/phone'
import { database } from '../../src/store/database'
import { keepList } from '../../src/store/lists'
import { formFile } from '../../src/store/media'
import { saveDraft } from '../../src/store/records'
import { refresh } from '../../src/store/refresh'
import { dutyOf, formFor, isOf } from '../../src/store/standing'

const WELLS = 'name,label\nw1,东井\n'

function medium(name: string, md5: string): MediaEntry {
  return { name, md5, size: 20, url: `/w/api/forms/wells/files/${name}` }
}

function form(media: MediaEntry[], more: Partial<FormEntry> = {}): FormEntry {
  return { form_id: 'wells', title: '看井', version: '1', url: '/w/form.xml', stands_for: null, files: [], media, refused: null, ...more }
}

/** A server that offers these forms; the paths of what it was asked for beside the home page. */
async function offered(forms: FormEntry[], worker = 'worker-1', files = true): Promise<string[]> {
  const home = { worker: { id: worker, name: '', role: '' }, forms } as HomePage
  const seen = serve(({ path }) => {
    if (path === '/w/api/home') return json(200, home)
    if (path.endsWith('.xml')) return new Response('<form/>', { headers: { 'Content-Type': 'text/xml' } })
    const type = files ? 'application/octet-stream' : 'text/html'
    return new Response(path.endsWith('.csv') ? WELLS : 'picture', { headers: { 'Content-Type': type } })
  })
  await refresh()
  return seen.map(({ path }) => path).filter((path) => path.includes('/files/')).map((path) => path.split('/').pop()!)
}

const textOf = async (name: string) => (await formFile('wells', name))?.text()

beforeEach(async () => {
  const db = await database()
  for (const store of ['facts', 'forms', 'lists', 'media', 'drafts'] as const) await db.clear(store)
  phone.home = null
})

test('what lies beside a form is on the phone, and fetched again only where it has changed', async () => {
  const media = [medium('wells.csv', 'a'), medium('well.png', 'b')]
  expect(await offered([form(media)])).toEqual(['wells.csv', 'well.png'])
  expect([await textOf('wells.csv'), await textOf('well.png'), phone.complete]).toEqual([WELLS, 'picture', true])
  expect(await offered([form(media)])).toEqual([])
  expect(await offered([form([medium('wells.csv', 'c'), medium('well.png', 'b')])])).toEqual(['wells.csv'])
})

test('a file that did not come keeps the phone from saying that all is there', async () => {
  await offered([form([medium('wells.csv', 'a')])], 'worker-1', false)
  expect([phone.complete, await textOf('wells.csv')]).toEqual([false, undefined])
})

test('a file of one form is not that of another; a list is everybody\u2019s', async () => {
  await offered([form([medium('wells.csv', 'a')])])
  await keepList({ name: 'grids.csv', md5: '', text: 'name\ng1\n', fetchedAt: 0 })
  expect(await formFile('trees', 'wells.csv')).toBeNull()
  expect(await (await formFile('trees', 'grids.csv'))?.text()).toBe('name\ng1\n')
})

test('what is named no more leaves the phone, unless the form is being filled', async () => {
  await offered([form([medium('wells.csv', 'a')])])
  const begun = { id: 'd', owner: 'worker-1', formId: 'wells', files: [] as Draft['files'] } as Draft
  await saveDraft(begun)
  await offered([form([])])
  expect(await textOf('wells.csv')).toBe(WELLS)
  await (await database()).clear('drafts')
  await offered([form([])])
  expect(await textOf('wells.csv')).toBeUndefined()
})

test('another worker finds nothing of the one before', async () => {
  await offered([form([medium('wells.csv', 'a')])])
  await offered([], 'worker-2')
  expect(await (await database()).getAllKeys('media')).toEqual([])
})

test('a duty is done with the form that stands for it, the first in the phone\u2019s order', async () => {
  const round = form([], { form_id: 'our_round', stands_for: 'patrol' })
  await offered([form([]), round, form([], { form_id: 'patrol', stands_for: 'patrol' })])
  expect(formFor('patrol')?.form_id).toBe('our_round')
  expect(formFor('household_visit')).toBeNull()
  expect(isOf('patrol', { formId: 'our_round', standsFor: 'patrol' })).toBe(true)
  expect(isOf('patrol', { formId: 'wells', standsFor: null })).toBe(false)
})

test('what an earlier client kept stands for itself', () => {
  const { stands_for: _, media: __, ...kept } = form([], { form_id: 'patrol' })
  expect([dutyOf(kept), isOf('patrol', { formId: 'patrol' })]).toEqual(['patrol', true])
})
