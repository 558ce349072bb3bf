import { expect, test } from 'vitest'
import { isSearched } from '../src/engine/long_lists'

const question = (choices: number, appearances: string[] = [], isSelectWithImages = false) => ({
  appearances, currentState: { isSelectWithImages, valueOptions: Array.from({ length: choices }) },
})

test('a long list is searched, a short one tapped', () => {
  expect([isSearched(question(61)), isSearched(question(60))]).toEqual([true, false])
})

test('what the author of the form asked for stays', () => {
  expect(isSearched(question(2000, ['columns-2']))).toBe(false)
  expect(isSearched(question(61, [], true))).toBe(false)
})
