/** Questions of an open form by their name, and their answers. */

import type { FormNode } from '@getodk/web-forms'

/** Last step of a reference: `/data/finding[1]/what/kind` is `kind`. */
export function nameOf(node: FormNode): string {
  return node.currentState.reference.split('/').pop()!.replace(/\[\d+\]$/, '')
}

/** Every node of that name, in the order of the form. */
export function nodesNamed(root: FormNode, name: string): FormNode[] {
  const found = (root.currentState.children ?? []).flatMap((child) => nodesNamed(child, name))
  return nameOf(root) === name ? [root, ...found] : found
}

/** Its answer as the XML writes it. */
export function answerOf(node: FormNode): string {
  return node.currentState.instanceValue ?? ''
}

/** Answer a question; several choices are separated by spaces. False where it does not have that choice. */
export function answer(node: FormNode, value: string): boolean {
  if (node.nodeType === 'select') return choose(node, value.split(' ').filter(Boolean))
  if (node.nodeType !== 'input' || !node.setValue) return false
  node.setValue(value)
  return true
}

function choose(node: FormNode, values: string[]): boolean {
  const known = new Set(node.currentState.valueOptions?.map((option) => option.value))
  if (!values.every((value) => known.has(value))) return false
  if (node.selectType === 'select1') node.selectValue?.(values[0] ?? '')
  else node.selectValues?.(values)
  return true
}

/**
 * Give answers by question name, in the order given; the names of those that could not be given. A question the form
 * does not have, for a county has worded it anew, is left alone.
 */
export function preset(root: FormNode, answers: Record<string, string>): string[] {
  const refused = (name: string, value: string) => {
    const nodes = nodesNamed(root, name)
    return nodes.length > 0 && !nodes.some((node) => answer(node, value))
  }
  return Object.entries(answers).flatMap(([name, value]) => (refused(name, value) ? [name] : []))
}

/** Choices an instance had and the opened form has no longer: their rows have left the list. */
export function forgotten(root: FormNode, xml: string): string[] {
  return selectsOf(root)
    .filter((node) => node.currentState.relevant && answerOf(node) === '')
    .map(nameOf)
    .filter((name) => new RegExp(`<${name}>[^<]`).test(xml))
}

function selectsOf(node: FormNode): FormNode[] {
  const inside = (node.currentState.children ?? []).flatMap(selectsOf)
  return node.nodeType === 'select' ? [node, ...inside] : inside
}
