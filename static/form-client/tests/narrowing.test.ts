import { describe, expect, test } from 'vitest'
import { narrowed, spokenOf } from '../src/engine/narrowing'
import { parseCsv } from '../src/store/csv'

const MANY = 2000

function numbers(): number[] {
  return Array.from({ length: MANY }, (_, index) => index)
}

const HOUSEHOLDS = `name,label,due_state\r\n${numbers().map((at) => `h${at},"${at}组, 王家",due\r\n`).join('')}`
const PERSONS = `name,label,household\r\n${numbers().map((at) => `p${at},王奶奶,h${at}\r\n`).join('')}`

function namesIn(csv: string): string[] {
  return parseCsv(csv).map((row) => row.name!)
}

describe('the list of a whole village', () => {
  test('holds, for a record about one household, that household and its people', () => {
    const spoken = spokenOf({ show: 'due', household: 'h1200' }, '')
    expect(namesIn(narrowed('households.csv', HOUSEHOLDS, spoken).csv)).toEqual(['h1200'])
    expect(namesIn(narrowed('persons.csv', PERSONS, spoken).csv)).toEqual(['p1200'])
  })

  test('holds what a draft speaks of, each of several choices', () => {
    expect(namesIn(narrowed('persons.csv', PERSONS, spokenOf({}, '<data><seen>p1 p1999</seen></data>')).csv)).toEqual(['p1', 'p1999'])
  })

  test('gives its most urgent rows where nothing has been chosen', () => {
    const { csv, cut } = narrowed('households.csv', HOUSEHOLDS, spokenOf({ show: 'due' }, ''))
    expect([cut, namesIn(csv).length, namesIn(csv)[0]]).toEqual(['round', 300, 'h0'])
  })
})

test('a list anybody can scroll through is left as it is: a form may count its rows', () => {
  const grids = 'name,label\r\ng1,一网格\r\ng2,二网格\r\n'
  expect(narrowed('grids.csv', grids, new Set(['g1']))).toEqual({ csv: grids, cut: 'none' })
})

describe("a county's own list", () => {
  const wells = (many: number) => `name,label\r\n${Array.from({ length: many }, (_, at) => `w${at},${at}号井\r\n`).join('')}`

  test('is whole up to 2,000 rows: no screen leads to a row that is left out', () => {
    const list = wells(2000)
    expect(narrowed('wells.csv', list, new Set(['w7']))).toEqual({ csv: list, cut: 'none' })
  })

  test('is cut beyond, and keeps what a draft has chosen', () => {
    const { csv, cut } = narrowed('wells.csv', wells(2500), new Set(['w7', 'w2400']))
    expect([cut, namesIn(csv).length, namesIn(csv)[1999], namesIn(csv)[2000]]).toEqual(['own', 2001, 'w1999', 'w2400'])
  })
})
