/** 发送: one record to the server, in as many requests as its photos need. */

import type { FileEntry, RecordEntry } from '../model'
import { type Reply, ask } from '../session/ask'
import { batches, limitAfter } from './batches'

/** What is to become of the record, and of the queue. */
export type Outcome =
  | { kind: 'sent'; setAside: boolean; message: string }
  | { kind: 'refused'; code: string; message: string }
  /** This record again later, the others now. */
  | { kind: 'later'; retryAfter: number | null }
  /** Nothing more now. */
  | { kind: 'pause'; why: 'silence' | 'stranger' | 'busy' | 'signed_out' | 'revoked'; retryAfter: number | null }

export interface Sender {
  /** Most megabytes of files in a request. */
  splitMegabytes: number
  /** The server has these files and the XML. */
  acknowledged(files: readonly FileEntry[]): Promise<void>
  /** Before every request. */
  renew(): Promise<void>
}

/** Codes of a cut or mangled request: the record itself is sound. */
const MANGLED = /^request\./

/** Send what the server has not acknowledged of a record. */
export async function sendRecord(record: RecordEntry, files: readonly FileEntry[], sender: Sender): Promise<Outcome> {
  const left = files.filter((file) => !file.sent)
  let halvings = record.attempts
  let parts = batches(left, limitAfter(halvings, sender.splitMegabytes))
  for (;;) {
    const [part = [], ...rest] = parts
    await sender.renew()
    const reply = await post(record, part, rest.length > 0)
    if (isTooLarge(reply) && part.length > 1) {
      halvings += 1
      parts = batches(parts.flat(), Math.min(limitAfter(halvings, sender.splitMegabytes), weight(part) / 2))
      continue
    }
    const outcome = outcomeOf(reply)
    if (outcome.kind !== 'sent') return outcome
    await sender.acknowledged(part)
    if (rest.length === 0) return outcome
    parts = rest
  }
}

function post(record: RecordEntry, files: readonly FileEntry[], isIncomplete: boolean): Promise<Reply> {
  const body = new FormData()
  body.append('xml_submission_file', new Blob([record.xml], { type: 'text/xml' }), 'submission.xml')
  for (const file of files) body.append(file.name, typed(file), file.name)
  if (isIncomplete) body.append('*isIncomplete*', 'yes')
  return ask('/w/api/submission', { method: 'POST', body, weight: weight(files) + record.xml.length })
}

/** A resized photo has lost its type. */
function typed(file: FileEntry): Blob {
  if (file.blob.type !== '') return file.blob
  return new Blob([file.blob], { type: /\.jpe?g$/i.test(file.name) ? 'image/jpeg' : 'application/octet-stream' })
}

function weight(files: readonly FileEntry[]): number {
  return files.reduce((sum, file) => sum + file.blob.size, 0)
}

function isTooLarge(reply: Reply): boolean {
  return reply.kind === 'refusal' && reply.status === 413
}

/** Only the server's own words count: any network can answer 200. */
export function outcomeOf(reply: Reply): Outcome {
  switch (reply.kind) {
    case 'answer':
      return received(reply.status, reply.body)
    case 'unchanged':
    case 'stranger':
      return { kind: 'pause', why: 'stranger', retryAfter: null }
    case 'silence':
      return { kind: 'pause', why: 'silence', retryAfter: null }
    case 'trouble':
      return reply.status === 500
        ? { kind: 'later', retryAfter: reply.retryAfter }
        : { kind: 'pause', why: 'busy', retryAfter: reply.retryAfter }
    case 'refusal':
      return refused(reply.status, reply.problem)
  }
}

function received(status: number, body: unknown): Outcome {
  const said = (body ?? {}) as { state?: unknown; message?: unknown }
  const isOurs = (status === 201 && said.state === 'received') || (status === 202 && said.state === 'set_aside')
  if (!isOurs) return { kind: 'pause', why: 'stranger', retryAfter: null }
  return { kind: 'sent', setAside: status === 202, message: typeof said.message === 'string' ? said.message : '' }
}

function refused(status: number, problem: { code: string; message: string }): Outcome {
  if (problem.code === 'app_user.key_refused') return { kind: 'pause', why: 'revoked', retryAfter: null }
  if (status === 401) return { kind: 'pause', why: 'signed_out', retryAfter: null }
  if (status !== 413 && MANGLED.test(problem.code)) return { kind: 'later', retryAfter: null }
  return { kind: 'refused', code: problem.code, message: problem.message }
}
