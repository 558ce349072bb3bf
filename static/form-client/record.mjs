// Writes dist/BUILD.json: the sha256 of every file the build came from and of every file it made.
// tests/rules/test_form_client.py compares; a forgotten rebuild is found there without Node.

import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'

const SOURCES = [
  'src', 'patches', 'public', 'index.html', 'preview.html', 'package.json', 'package-lock.json', '.npmrc', 'tsconfig.json',
  'vite.config.ts', 'offline_worker.ts', 'record.mjs',
]

function filesOf(path) {
  const inside = readdirSync(path, { withFileTypes: true, recursive: true })
  return inside.filter((entry) => entry.isFile()).map((entry) => `${entry.parentPath}/${entry.name}`)
}

function digests(paths) {
  const hash = (path) => createHash('sha256').update(readFileSync(path)).digest('hex')
  return Object.fromEntries(paths.sort().map((path) => [path, hash(path)]))
}

const sources = SOURCES.flatMap((path) => (path.includes('.') ? [path] : filesOf(path)))
const made = filesOf('dist').filter((path) => path !== 'dist/BUILD.json')
const record = { sources: digests(sources), made: digests(made) }
writeFileSync('dist/BUILD.json', `${JSON.stringify(record, null, 1)}\n`)
