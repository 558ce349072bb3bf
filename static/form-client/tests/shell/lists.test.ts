// @vitest-environment node
import { expect, test } from 'vitest'
import './world'
import type { ListRow } from '../../src/model'
import { columnsOf, parseCsv, writeCsv } from '../../src/store/csv'
import { changed } from '../../src/store/lists'
import { changesOf } from '../../src/store/register'

const FORM = `<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:entities="http://www.opendatakit.org/xforms/entities"><h:head><model>
  <instance><data id="household_visit"/></instance>
  <bind nodeset="/data/door/outcome" entities:saveto="last_outcome"/>
  <bind nodeset="/data/visited_on" entities:saveto="last_attempt"/>
  <bind nodeset="/data/door/new_address" entities:saveto="address"/>
</model></h:head></h:html>`

function visit(entity: string, door: string): string {
  return `<data id="household_visit"><door>${door}</door><visited_on>2026-11-22</visited_on><meta>${entity}</meta></data>`
}

test('a list is read as the server writes it', () => {
  const text = '\uFEFFname,label,card\r\n1,"！12号 ""王家""","上次, 见到人\n听力不好"\r\n2,13号,\r\n'
  expect(parseCsv(text)).toEqual([
    { name: '1', label: '！12号 "王家"', card: '上次, 见到人\n听力不好' },
    { name: '2', label: '13号', card: '' },
  ])
  expect(columnsOf(text)).toEqual(['name', 'label', 'card'])
})

test('a list is written so that it reads the same', () => {
  const rows: ListRow[] = [{ name: '1', label: 'a,"b"\nc' }, { name: '2' }]
  expect(parseCsv(writeCsv(['name', 'label'], rows))).toEqual([{ name: '1', label: 'a,"b"\nc' }, { name: '2', label: '' }])
})

test('an empty list has no rows', () => {
  expect(parseCsv('')).toEqual([])
  expect(parseCsv('name,label\r\n')).toEqual([])
})

test('a visit changes its row as the form says', () => {
  const xml = visit('<entity dataset="households" id="h1" create="false" update="true"/>', '<outcome>met</outcome>')
  expect(changesOf(FORM, xml)).toEqual([
    { list: 'households.csv', row: 'h1', isNew: false, values: { last_outcome: 'met', last_attempt: '2026-11-22' } },
  ])
})

test('a household that was not on the list is new on the phone', () => {
  const entity = '<entity dataset="households" id="h9" create="true" update="false"><label>石桥村9号</label></entity>'
  const [change] = changesOf(FORM, visit(entity, '<outcome>met</outcome><new_address>石桥村9号</new_address>'))
  expect(change).toMatchObject({ row: 'h9', isNew: true, values: { label: '石桥村9号', address: '石桥村9号' } })
})

test('a form that updates nothing changes nothing', () => {
  expect(changesOf(FORM, visit('<entity dataset="households" id="h1" create="" update="false"/>', ''))).toEqual([])
  expect(changesOf(FORM, '<data><meta/></data>')).toEqual([])
})

test('changes are laid over the list in their order', () => {
  const listed = [{ name: 'h1', due_state: 'due' }, { name: 'h2', due_state: 'due' }]
  const change = (row: string, due_state: string, isNew = false) => ({
    id: row, record: 'r', list: 'households.csv', row, values: { due_state }, isNew, order: 1,
  })
  const rows = changed(listed, [change('h2', 'overdue'), change('h2', 'done'), change('h3', 'done', true), change('gone', 'done')])
  expect(rows).toEqual([
    { name: 'h3', due_state: 'done' },
    { name: 'h1', due_state: 'due' },
    { name: 'h2', due_state: 'done' },
  ])
})
