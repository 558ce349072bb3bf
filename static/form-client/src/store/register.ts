/** 名册变化: what a finished record changes in the lists on this phone at once, as its form declares (save_to). */

import type { RowChange } from './database'
import { answer, elements, first, parseXml, plainName } from './instance'

type Declared = Omit<RowChange, 'id' | 'record' | 'order'>

/** The rows a filled form creates or updates; none where it touches no list. */
export function changesOf(formXml: string, instanceXml: string): Declared[] {
  const form = parseXml(formXml)
  const instance = parseXml(instanceXml)
  const entity = instance && first(instance, 'entity')
  if (!form || !instance || !entity) return []
  const creates = isSet(entity.getAttribute('create'))
  const row = (entity.getAttribute('id') ?? '').replace(/^uuid:/, '')
  if (row === '' || !(creates || isSet(entity.getAttribute('update')))) return []
  const values = savedValues(form, instance)
  const label = answer(entity, 'label')
  if (label !== '') values.label = label
  return [{ list: `${entity.getAttribute('dataset') ?? ''}.csv`, row, values, isNew: creates }]
}

/** One engine writes `1`, another `true`. */
function isSet(value: string | null): boolean {
  return value === '1' || value === 'true'
}

function savedValues(form: Document, instance: Document): Record<string, string> {
  const values: Record<string, string> = {}
  for (const bind of elements(form)) {
    if (bind.localName !== 'bind') continue
    const property = Array.from(bind.attributes).find((each) => plainName(each) === 'saveto')?.value
    const node = property && at(instance, bind.getAttribute('nodeset') ?? '')
    // A question that was left out as not relevant says nothing about the row.
    if (property && node) values[property] = node.textContent?.trim() ?? ''
  }
  return values
}

function at(instance: Document, path: string): Element | null {
  const [, ...steps] = path.trim().split('/').filter(Boolean)
  let node: Element | null = instance.documentElement
  for (const step of steps) node = (node && Array.from(node.children).find((each) => each.localName === step)) ?? null
  return node
}
