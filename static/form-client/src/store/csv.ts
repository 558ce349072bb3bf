/** CSV (RFC 4180) as the server writes it, and back. */

import type { ListRow } from '../model'

/** The rows of a CSV text, keyed by its first line. Short rows are filled with ''. */
export function parseCsv(text: string): ListRow[] {
  const [header, ...lines] = cellsOf(text.replace(/^\uFEFF/, ''))
  if (!header) return []
  return lines.map((cells) => Object.fromEntries(header.map((name, index) => [name, cells[index] ?? ''])))
}

/** The names in the first line. */
export function columnsOf(text: string): string[] {
  return cellsOf(text.replace(/^\uFEFF/, '').split(/\r?\n/, 1)[0] ?? '')[0] ?? []
}

/** A CSV text of these columns. */
export function writeCsv(columns: readonly string[], rows: readonly ListRow[]): string {
  const lines = [columns, ...rows.map((row) => columns.map((name) => row[name] ?? ''))]
  return lines.map((cells) => cells.map(quoted).join(',') + '\r\n').join('')
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
}

function cellsOf(text: string): string[][] {
  const lines: string[][] = []
  let cells: string[] = []
  let cell = ''
  let inQuotes = false
  const endCell = () => {
    cells.push(cell)
    cell = ''
  }
  const endLine = () => {
    endCell()
    if (cells.length > 1 || cells[0] !== '') lines.push(cells)
    cells = []
  }
  for (let at = 0; at < text.length; at++) {
    const letter = text[at]!
    if (inQuotes) {
      if (letter !== '"') cell += letter
      else if (text[at + 1] === '"') cell += text[++at]
      else inQuotes = false
    } else if (letter === '"') inQuotes = true
    else if (letter === ',') endCell()
    else if (letter === '\n') endLine()
    else if (letter !== '\r') cell += letter
  }
  if (cell !== '' || cells.length > 0) endLine()
  return lines
}
