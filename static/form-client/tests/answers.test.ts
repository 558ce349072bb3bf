import type { FormNode } from '@getodk/web-forms'
import { expect, test } from 'vitest'
import { answer, forgotten, nodesNamed, preset } from '../src/engine/answers'

/** A question as the engine gives it, as far as an answer needs it. */
function question(path: string, more: Partial<FormNode> = {}, value = ''): FormNode {
  const currentState = { reference: path, relevant: true, instanceValue: value, children: null }
  return { nodeType: 'input', currentState, ...more } as unknown as FormNode
}

function choice(path: string, options: string[], value = ''): FormNode {
  const node = question(path, { nodeType: 'select', selectType: 'select1' }, value)
  node.currentState.valueOptions = options.map((option) => ({ value: option, label: null }))
  node.selectValue = (chosen) => (node.currentState.instanceValue = chosen)
  return node
}

function form(...children: FormNode[]): FormNode {
  const root = question('/data')
  root.currentState.children = children
  return root
}

test('a question is found by its name, in each round of a repeat', () => {
  const root = form(question('/data/finding[1]/what/kind'), question('/data/finding[2]/what/kind'), question('/data/kinds'))
  expect(nodesNamed(root, 'kind')).toHaveLength(2)
})

test('a choice is given when the list has it, and not otherwise', () => {
  const household = choice('/data/door/household', ['h1'])
  expect(answer(household, 'h2')).toBe(false)
  expect(answer(household, 'h1')).toBe(true)
  expect(household.currentState.instanceValue).toBe('h1')
})

test('a row that has left the list is named, in a new form and in a draft', () => {
  const root = form(choice('/data/door/show', ['due', 'all'], 'due'), choice('/data/door/household', ['h1']))
  expect(preset(root, { show: 'all', household: 'gone' })).toEqual(['household'])
  expect(forgotten(root, '<data><door><show>due</show><household>gone</household></door></data>')).toEqual(['household'])
})

test('an answer to a question a county has taken out of its form is no row that has left a list', () => {
  const root = form(choice('/data/door/household', ['h1']))
  expect(preset(root, { show: 'due', household: 'h1' })).toEqual([])
})

test('a question nobody had answered is not forgotten', () => {
  expect(forgotten(form(choice('/data/outcome', ['met'])), '<data><outcome/></data>')).toEqual([])
})
