/** What the XML of a filled form says, by local name: `meta` has a namespace in some engines and none in others. */

/** The parsed XML, or null where it is none. */
export function parseXml(text: string): Document | null {
  const parsed = new DOMParser().parseFromString(text, 'text/xml')
  return parsed.getElementsByTagName('parsererror').length > 0 ? null : parsed
}

/** Every element below `within`, in document order. */
export function* elements(within: Document | Element): Generator<Element> {
  for (const child of Array.from(within.children)) {
    yield child
    yield* elements(child)
  }
}

/** The first element below `within` of this local name, in document order. */
export function first(within: Document | Element, name: string): Element | null {
  for (const element of elements(within)) if (element.localName === name) return element
  return null
}

/** An attribute's name without its prefix. */
export function plainName(attribute: Attr): string {
  return attribute.name.split(':').pop()!
}

/** The answer to a question wherever it stands; '' without one. */
export function answer(within: Document | Element, question: string): string {
  return first(within, question)?.textContent?.trim() ?? ''
}

/** The case, household or grid a record is about. */
export function keyOf(xml: string): string {
  const parsed = parseXml(xml)
  if (!parsed) return ''
  return answer(parsed, 'case_id') || answer(parsed, 'household_id') || answer(parsed, 'grid')
}

/** Words of a record that tell it from another of the same form; '' where it has none. */
export function wordsOf(xml: string): string {
  const parsed = parseXml(xml)
  return parsed ? answer(parsed, 'words').slice(0, 24) : ''
}

/** The same record under another instance id. */
export function renamed(xml: string, instanceId: string): string {
  return xml.replace(/(<(?:\w+:)?instanceID>)[^<]*(<)/, (_, open: string, close: string) => open + instanceId + close)
}
