import { expect, test } from 'vitest'
import { fieldOf, instantOf } from '../src/engine/instants'

test('what was picked is an instant with its zone, and is shown again as it was picked', () => {
  const instant = instantOf('2026-11-22T09:05')
  expect(instant).toMatch(/^2026-11-22T09:05:00\.000[+-]\d\d:\d\d$/)
  expect(fieldOf(instant)).toBe('2026-11-22T09:05')
})

test('nothing picked is no answer, and what is no instant is not shown', () => {
  expect([instantOf(''), fieldOf(''), fieldOf('昨天')]).toEqual(['', '', ''])
})
