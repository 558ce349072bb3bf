/** One request to the server, and what came of it. Only an answer in the server's own words counts as one. */

/** The server's refusal, in its stable code and its Chinese sentence. */
export interface Problem {
  code: string
  message: string
}

export type Reply =
  | { kind: 'answer'; status: number; body: unknown; headers: Headers }
  | { kind: 'unchanged'; headers: Headers }
  | { kind: 'refusal'; status: number; problem: Problem; retryAfter: number | null }
  /** The server is in trouble or busy and did not say it in its own words. */
  | { kind: 'trouble'; status: number; retryAfter: number | null }
  /** Nobody answered. */
  | { kind: 'silence' }
  /** Somebody answered who is not the server: a sign-in page of the network, a proxy. */
  | { kind: 'stranger' }

/** A proxy refuses what is too large before the server has seen it, in words of its own. */
const TOO_LARGE: Problem = { code: 'request.too_large', message: '这份记录里的照片或录音太大，服务器收不下。' }
const PATIENCE_MS = 30_000
/** The slowest connection worth waiting for, bytes a millisecond. */
const SLOWEST = 8

type Shape = 'json' | 'text' | 'blob'

export interface Question {
  method?: 'GET' | 'POST'
  body?: BodyInit
  headers?: Record<string, string>
  /** Bytes sent or to be received, for how long to wait. */
  weight?: number
  /** `text` for forms and lists, `blob` for pictures and sounds. */
  as?: Shape
}

/** Ask the server under /w. Never throws. */
export async function ask(path: string, question: Question = {}): Promise<Reply> {
  const patience = new AbortController()
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS + (question.weight ?? 0) / SLOWEST)
  try {
    const response = await fetch(path, {
      method: question.method ?? 'GET',
      ...(question.body === undefined ? {} : { body: question.body }),
      headers: { 'X-Wangge-Client': '1', ...question.headers },
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'manual',
      signal: patience.signal,
    })
    return await understood(response, question.as ?? 'json')
  } catch {
    return { kind: 'silence' }
  } finally {
    clearTimeout(timer)
  }
}

/** Send JSON. */
export function send(path: string, body: unknown): Promise<Reply> {
  const headers = { 'Content-Type': 'application/json' }
  return ask(path, { method: 'POST', body: JSON.stringify(body), headers })
}

async function understood(response: Response, as: Shape): Promise<Reply> {
  if (response.status === 304) return { kind: 'unchanged', headers: response.headers }
  if (response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400)) return { kind: 'stranger' }
  if (response.ok) return received(response, as)
  const retryAfter = secondsOf(response.headers.get('Retry-After'))
  const problem = (await problemOf(response)) ?? (response.status === 413 ? TOO_LARGE : null)
  if (response.status >= 500 || response.status === 429) return { kind: 'trouble', status: response.status, retryAfter }
  return problem ? { kind: 'refusal', status: response.status, problem, retryAfter } : { kind: 'stranger' }
}

async function received(response: Response, as: Shape): Promise<Reply> {
  const { status, headers } = response
  if (status === 204) return { kind: 'answer', status, body: null, headers }
  const type = headers.get('Content-Type') ?? ''
  if (as !== 'json') {
    if (type.includes('html')) return { kind: 'stranger' }
    return { kind: 'answer', status, body: await response[as](), headers }
  }
  if (!type.includes('application/json')) return { kind: 'stranger' }
  const body: unknown = await response.json()
  return { kind: 'answer', status, body, headers }
}

async function problemOf(response: Response): Promise<Problem | null> {
  if (!(response.headers.get('Content-Type') ?? '').includes('application/json')) return null
  const said = (await response.json()) as Partial<Problem>
  return typeof said.code === 'string' && typeof said.message === 'string'
    ? { code: said.code, message: said.message }
    : null
}

/** Retry-After in seconds; a date is read against the phone's clock. */
function secondsOf(header: string | null): number | null {
  if (header === null) return null
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000
  return Number.isFinite(seconds) ? Math.max(0, seconds) : null
}
