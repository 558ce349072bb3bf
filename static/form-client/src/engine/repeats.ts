/** 再加一项: rounds a form begins with. */

import type { FormNode } from '@getodk/web-forms'

const UNCONTROLLED = 'repeat-range:uncontrolled'

/**
 * Give repeats of a restored instance the first round a new form has. An instance leaves out what is not relevant, so a
 * draft put aside before 「有发现」 has lost it; a repeat somebody has emptied is relevant and stays empty.
 */
export function refillRepeats(root: FormNode, formXml: string): void {
  const blank = new DOMParser().parseFromString(formXml, 'text/xml')
  for (const range of rangesOf(root)) {
    const { relevant, children, reference } = range.currentState
    if (!relevant && children!.length === 0 && beginsWithOne(blank, reference)) range.addInstances!()
  }
}

function rangesOf(node: FormNode): FormNode[] {
  const inside = (node.currentState.children ?? []).flatMap(rangesOf)
  return node.nodeType === UNCONTROLLED ? [node, ...inside] : inside
}

/** Whether the form's own instance has a round there, besides the template for further ones. */
function beginsWithOne(form: Document, reference: string): boolean {
  const [, ...names] = reference.replace(/\[\d+\]/g, '').split('/').filter((step) => step !== '')
  const instance = [...form.getElementsByTagName('*')].find((element) => element.localName === 'instance')
  let level = [...(instance?.children ?? [])]
  for (const name of names) {
    level = level.flatMap((element) => [...element.children]).filter((element) => element.localName === name)
  }
  return level.some((element) => ![...element.attributes].some(({ name }) => /(^|:)template$/.test(name)))
}
