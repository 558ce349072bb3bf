/** A form while it is being filled: opened anew, from a draft, or to correct what was sent. */

import { type FormOptions, type InstanceConfig, type RootNode, loadForm } from '@getodk/web-forms'
import { reactive } from 'vue'
import type { Attachment, Filling, FinishedFilling } from '../model'
import { newId } from '../store/identity'
import { type Cut, narrowed, spokenOf } from './narrowing'
import { refillRepeats } from './repeats'

const XML_PART = 'xml_submission_file'
const LAST_SAVED = 'jr://instance/last-saved'
const LAST_SAVED_FILE = 'last-saved.xml'
/** By the ending of the name: whoever put a file beside the form chose what it claims to be. */
const LISTS: Record<string, string> = { csv: 'text/csv', xml: 'text/xml', geojson: 'application/geo+json' }
const MEDIA: Record<string, string> = {
  png: 'image/png', jpg: 'image/jpeg', jpeg: 'image/jpeg', webp: 'image/webp',
  mp3: 'audio/mpeg', m4a: 'audio/mp4', ogg: 'audio/ogg', wav: 'audio/wav', mp4: 'video/mp4',
}

// The engine needs it; browsers have it on encrypted connections only.
crypto.randomUUID ??= newId as typeof crypto.randomUUID

/** A filled or half-filled form: its XML and the files the XML names. */
export interface Filled {
  xml: string
  files: Attachment[]
}

export interface Opening {
  xml: string
  /** A list or picture of the form; null where the phone does not have it. */
  file(name: string): Promise<Blob | null>
  /** Answers given when it was opened. */
  preset: Record<string, string>
  /** Called where a list is too long for a form and its later rows are left out. */
  onCut(cut: Cut): void
  /** Called where a list the form reads is not on the phone: its questions have no choices. */
  onMissing(): void
  /** XML of the last record of this form: answers of `last-saved#`. */
  lastSaved: string | null
  /** A draft to go on with. */
  restore: Filled | null
  /** A sent record to correct: it gets a new instanceID and names the old one. */
  edit: Filled | null
  position: FormOptions['geolocationProvider']
}

/** The form cannot be opened; the message is for people, `cause` for whoever mends it. */
export class FormDoesNotOpen extends Error {
  constructor(cause: unknown) {
    super('这张表打不开，请联系村（社区）管理员。填过的内容没有丢。', { cause })
  }
}

/** What the engine asks of its surroundings. */
export function formOptions(opening: Opening): FormOptions {
  return {
    fetchFormAttachment: (url) => fetched(url, opening),
    missingResourceBehavior: 'BLANK',
    geolocationProvider: opening.position,
  }
}

/** The root of the opened form. Raises FormDoesNotOpen. */
export async function openForm(opening: Opening, options: FormOptions): Promise<RootNode> {
  try {
    const root = await started(opening, options)
    if (opening.restore || opening.edit) refillRepeats(root, opening.xml)
    const chinese = root.languages.find(({ language }) => /zh|中文/.test(language))
    if (chinese) root.setLanguage(chinese)
    return root
  } catch (error) {
    throw new FormDoesNotOpen(error)
  }
}

async function started({ xml, lastSaved, restore, edit, position }: Opening, options: FormOptions): Promise<RootNode> {
  // The engine knows no last record; as a file of the form it reads it like any other list.
  const known = lastSaved ? xml.replace(LAST_SAVED, `jr://file/${LAST_SAVED_FILE}`) : xml
  const form = await loadForm(known, options)
  if (form.status === 'failure') throw form.error
  const config: InstanceConfig = {
    stateFactory: reactive as InstanceConfig['stateFactory'],
    instanceAttachments: { fileNameFactory: newFileName },
    geolocationProvider: position,
  }
  const corrected = edit ?? (restore && sentBefore(restore))
  if (corrected) {
    const data: [FormData] = [asParts(corrected)]
    return (await form.editInstance({ inputType: 'FORM_INSTANCE_INPUT_RESOLVED', data }, config)).root
  }
  if (restore) return (await form.restoreInstance({ data: [asParts(restore)] }, config)).root
  return form.createInstance(config).root
}

/**
 * What the draft of a correction corrects, with the draft's answers; null for another draft. A restored instance
 * loses its deprecatedID, so such a draft is opened as a correction once more, under another new instanceID.
 */
function sentBefore({ xml, files }: Filled): Filled | null {
  const sent = metaOf(xml, 'deprecatedID')
  if (!sent) return null
  const draft = metaOf(xml, 'instanceID')
  const without = xml.replace(/<((?:\w+:)?deprecatedID)>[^<]*<\/\1>/, '')
  return { xml: without.replace(`instanceID>${draft}<`, `instanceID>${sent}<`), files }
}

async function fetched(url: URL, opening: Opening): Promise<Response> {
  const { file, lastSaved } = opening
  const name = decodeURIComponent(url.href.split('/').pop()!)
  const ending = name.split('.').pop()!.toLowerCase()
  const blob = name === LAST_SAVED_FILE && lastSaved ? new Blob([lastSaved]) : await file(name)
  // An empty list would stop the form; the engine treats a missing one as having no rows.
  if (!blob || blob.size === 0) {
    if (ending in LISTS) opening.onMissing()
    return new Response(null, { status: 404 })
  }
  const type = LISTS[ending] ?? MEDIA[ending] ?? 'application/octet-stream'
  const body = type === LISTS.csv ? rowsFor(name, await blob.text(), opening) : blob
  return new Response(body, { headers: { 'content-type': type } })
}

function rowsFor(name: string, list: string, { preset, restore, edit, onCut }: Opening): string {
  const { csv, cut } = narrowed(name, list, spokenOf(preset, (restore ?? edit)?.xml ?? ''))
  if (cut !== 'none') onCut(cut)
  return csv
}

let lastName = 0

/** Milliseconds since 1970, never the same twice. */
function newFileName({ extension }: { extension: string | null }): string {
  lastName = Math.max(Date.now(), lastName + 1)
  return `${lastName}${extension ?? ''}`
}

function asParts({ xml, files }: Filled): FormData {
  const parts = new FormData()
  parts.set(XML_PART, new File([xml], XML_PART, { type: 'text/xml' }))
  for (const { name, blob } of files) parts.set(name, new File([blob], name, { type: blob.type }))
  return parts
}

/** What has been answered so far. */
export function fillingOf(root: RootNode): Filling {
  const attached = [...root.parent.attachments].filter(([node]) => node.isAttached() && node.isRelevant())
  const files = attached.map(([, attachment]) => attachment.getValue()).filter((file) => file !== null)
  return {
    xml: root.instanceState.instanceXML,
    files: files.map((file) => ({ name: file.name, blob: file })),
    complete: root.validationState.violations.length === 0,
  }
}

/** The finished record; null where something is still to be answered. */
export async function finished(root: RootNode): Promise<FinishedFilling | null> {
  const { status, data } = await root.prepareInstancePayload({ payloadType: 'monolithic' })
  if (status !== 'ready') return null
  const parts = [...data[0].entries()] as [string, File][]
  const xml = await parts.find(([name]) => name === XML_PART)![1].text()
  const files = parts.filter(([name]) => name !== XML_PART).map(([name, blob]) => ({ name, blob }))
  return { xml, files, instanceId: metaOf(xml, 'instanceID'), summary: metaOf(xml, 'instanceName') }
}

/** A value of the record's meta group; by local name, for the engine writes it without a namespace. */
function metaOf(xml: string, name: string): string {
  const all = new DOMParser().parseFromString(xml, 'text/xml').getElementsByTagName('*')
  return [...all].find((element) => element.localName === name)?.textContent ?? ''
}
