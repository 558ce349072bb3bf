/** An instance filled without the engine: from the form's own primary instance, where every answer is known. */

import { elements, parseXml, plainName } from '../store/instance'

/** Answers by path below the root (`wrap_up/extent`); null leaves the node out, as an engine does when not relevant. */
export type Answers = Record<string, string | null>
/** Attributes by path. */
export type Attributes = Record<string, Record<string, string>>

/**
 * The XML of an instance with these answers.
 *
 * null where the form asks for something `answers` does not know: a county has added a question that is required,
 * calculated or conditional. Then the form is to be opened instead.
 */
export function filled(formXml: string, answers: Answers, attributes: Attributes = {}): string | null {
  const form = parseXml(formXml)
  const root = form && primaryInstance(form)
  if (!form || !root) return null
  const bound = boundPaths(form)
  // What is to be left out may be missing; what is to be said may not.
  let isKnown = Object.entries(answers).every(([path, value]) => value === null || nodeAt(root, path) !== null)
  const write = (element: Element, path: string): string => {
    if (path !== '' && answers[path] === null) return ''
    const inner = Array.from(element.children).filter((child) => !isTemplate(child))
    const given = answers[path]
    if (inner.length === 0 && given === undefined && bound.has(path)) isKnown = false
    const within = inner.length === 0 ? escaped(given ?? element.textContent?.trim() ?? '') : inner
      .map((child) => write(child, path === '' ? child.localName : `${path}/${child.localName}`))
      .join('')
    const name = element.localName
    const open = `${name}${written(element, attributes[path] ?? {})}`
    return within === '' ? `<${open}/>` : `<${open}>${within}</${name}>`
  }
  const xml = write(root, '')
  return isKnown ? xml : null
}

/** The default instance: the first of the model. */
function primaryInstance(form: Document): Element | null {
  for (const element of elements(form)) if (element.localName === 'instance') return element.children[0] ?? null
  return null
}

/** Paths whose answer depends on something: required, calculated, conditional, or filled by the engine. */
function boundPaths(form: Document): Set<string> {
  const paths = new Set<string>()
  for (const element of elements(form)) {
    if (element.localName !== 'bind') continue
    const depends = Array.from(element.attributes).some((each) =>
      ['required', 'calculate', 'relevant', 'preload'].includes(plainName(each)),
    )
    if (depends) paths.add(below(element.getAttribute('nodeset') ?? ''))
  }
  return paths
}

function below(nodeset: string): string {
  return nodeset.trim().split('/').slice(2).join('/')
}

function nodeAt(root: Element, path: string): Element | null {
  let node: Element | null = root
  for (const step of path.split('/')) {
    node = (node && Array.from(node.children).find((child) => child.localName === step)) ?? null
  }
  return node
}

function isTemplate(element: Element): boolean {
  return Array.from(element.attributes).some((each) => plainName(each) === 'template')
}

function written(element: Element, given: Record<string, string>): string {
  const own = Array.from(element.attributes).filter((each) => !each.name.startsWith('xmlns'))
  const values = { ...Object.fromEntries(own.map((each) => [plainName(each), each.value])), ...given }
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escaped(value).replaceAll('"', '&quot;')}"`)
    .join('')
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
