/** 住户和事项: what is drawn on the outline, and how many stand for many where they lie close together. */

import { type Pixel, type Size, type View, pixelOf } from './view'
import type { Spot } from './plane'

export type MarkKind = 'household' | 'case'

/** `due_state` of FORMS §2; a case is due or overdue. */
export type MarkState = 'overdue' | 'due' | 'done' | 'none'

export interface Mark {
  id: string
  lat: number
  lon: number
  kind: MarkKind
  state: MarkState
  label: string
}

/** A mark and where it lies on the plane of the drawing. */
export interface PlacedMark extends Mark {
  spot: Spot
}

/** One mark, or several that lie in one cell; `at` is where the first of them is drawn. */
export interface Cluster {
  key: string
  marks: PlacedMark[]
  at: Pixel
}

/** Two targets of 48 pixels side by side. */
const CELL = 52
const URGENCY: MarkState[] = ['overdue', 'due', 'done', 'none']

/**
 * What a screen shows of the marks. Cells hang on the ground, so that a drag does not regroup them; the most urgent
 * mark of a cell gives its state.
 */
export function clustersOf(marks: readonly PlacedMark[], view: View, size: Size): Cluster[] {
  const cells = new Map<string, PlacedMark[]>()
  for (const mark of marks) {
    if (!isSeen(pixelOf(mark.spot, view, size), size)) continue
    const key = `${cellOf(mark.spot.x, view)}:${cellOf(mark.spot.y, view)}`
    const cell = cells.get(key)
    if (cell) cell.push(mark)
    else cells.set(key, [mark])
  }
  return [...cells].map(([key, cell]) => ({ key, marks: byUrgency(cell), at: pixelOf(cell[0].spot, view, size) }))
}

/** Whether coming closer would take the marks of a cluster apart. */
export function comesApart(cluster: Cluster): boolean {
  const first = cluster.marks[0].spot
  return cluster.marks.some(({ spot }) => Math.hypot(spot.x - first.x, spot.y - first.y) > 10)
}

function cellOf(metres: number, view: View): number {
  return Math.floor((metres * view.scale) / CELL)
}

function isSeen({ left, top }: Pixel, size: Size): boolean {
  return left > -CELL && top > -CELL && left < size.width + CELL && top < size.height + CELL
}

function byUrgency(marks: PlacedMark[]): PlacedMark[] {
  return [...marks].sort((one, other) => URGENCY.indexOf(one.state) - URGENCY.indexOf(other.state))
}
