import type { FormNode } from '@getodk/web-forms'
import { expect, test } from 'vitest'
import { refillRepeats } from '../src/engine/repeats'

const FORM = `<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
  xmlns:jr="http://openrosa.org/javarosa"><h:head><model><instance><data id="patrol">
  <finding jr:template=""><kind/></finding><finding><kind/></finding>
  <note jr:template=""><words/></note></data></instance></model></h:head></h:html>`

function opened(name: string, relevant: boolean, rounds: number): { root: FormNode; added: () => number } {
  let added = 0
  const range = {
    nodeType: 'repeat-range:uncontrolled',
    currentState: { reference: `/data/${name}`, relevant, children: Array.from({ length: rounds }, () => leaf()) },
    addInstances: () => (added += 1),
  }
  return { root: leaf([range as unknown as FormNode]), added: () => added }
}

function leaf(children: FormNode[] | null = null): FormNode {
  return { nodeType: 'group', currentState: { reference: '/data', relevant: true, children } } as unknown as FormNode
}

test('a repeat that was not asked when the draft was put aside begins again with one round', () => {
  const { root, added } = opened('finding', false, 0)
  refillRepeats(root, FORM)
  expect(added()).toBe(1)
})

test.each([
  ['somebody has emptied', 'finding', true, 0],
  ['has rounds', 'finding', false, 2],
  ['the form begins without a round', 'note', false, 0],
])('a repeat that %s is left as it is', (_words, name, relevant, rounds) => {
  const { root, added } = opened(name, relevant, rounds)
  refillRepeats(root, FORM)
  expect(added()).toBe(0)
})
