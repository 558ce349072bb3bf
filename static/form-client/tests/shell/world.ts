/** What a page has around it, for tests that run in Node: a database, an XML parser, a network that does as it is told. */
import 'fake-indexeddb/auto'
import { Window } from 'happy-dom'

const window = new Window({ url: 'https://county.example/w/' })

class Storage {
  private readonly kept = new Map<string, string>()
  getItem = (name: string) => this.kept.get(name) ?? null
  setItem = (name: string, value: string) => void this.kept.set(name, value)
}

Object.defineProperty(globalThis, 'navigator', { value: { onLine: true, userAgent: '' }, configurable: true })
Object.assign(globalThis, {
  DOMParser: window.DOMParser,
  document: window.document,
  localStorage: new Storage(),
  addEventListener: () => undefined,
})

/** One request as the server sees it. */
export interface Request {
  path: string
  headers: Record<string, string>
  /** Names of the parts of a form, else none. */
  parts: string[]
  text: (name: string) => Promise<string>
}

type Server = (request: Request) => Response | Promise<Response>

/** Every request from now on, and the server that answers them; `null` lets the connection fail. */
export function serve(server: Server | null): Request[] {
  const seen: Request[] = []
  globalThis.fetch = async (path, init) => {
    const form = init?.body instanceof FormData ? init.body : new FormData()
    const request: Request = {
      path: String(path),
      headers: (init?.headers ?? {}) as Record<string, string>,
      parts: [...form.keys()],
      text: async (name) => {
        const value = form.get(name)
        return value instanceof Blob ? value.text() : (value ?? '')
      },
    }
    seen.push(request)
    if (server === null) throw new TypeError('connection lost')
    return server(request)
  }
  return seen
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json', ...headers } })
}

export const received = () => json(201, { state: 'received', message: '已收到' })
