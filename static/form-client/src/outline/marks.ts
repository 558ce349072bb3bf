/** 住户和事项: what is drawn on the outline, and how many stand for many where they lie close together. */

import type { Spot } from './plane'
import type { Pixel, Size } from './view'

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

/** One mark, or several that would cover each other, the most urgent first: it is drawn where that one lies. */
export interface Cluster {
  marks: PlacedMark[]
}

/** Targets of 48 pixels side by side. */
const APART = 48
const URGENCY: MarkState[] = ['overdue', 'due', 'done', 'none']
/** Places this near are one house. */
const ONE_HOUSE_M = 10

/** Marks at a scale (pixels a metre): those drawn are at least 48 pixels apart, and a drag does not regroup them. */
export function clustersOf(marks: readonly PlacedMark[], scale: number): Cluster[] {
  const reach = APART / scale
  const cells = new Map<string, Cluster[]>()
  const clusters: Cluster[] = []
  for (const mark of byUrgency(marks)) {
    const [column, line] = [Math.floor(mark.spot.x / reach), Math.floor(mark.spot.y / reach)]
    const near = around(cells, column, line).find(({ marks: [first] }) => metres(first, mark) < reach)
    if (near) near.marks.push(mark)
    else {
      const cluster = { marks: [mark] }
      clusters.push(cluster)
      cells.set(`${column}:${line}`, [...(cells.get(`${column}:${line}`) ?? []), cluster])
    }
  }
  return clusters
}

/** Whether coming closer would take the marks of a cluster apart. */
export function comesApart({ marks: [first, ...others] }: Cluster): boolean {
  return others.some((mark) => metres(first, mark) > ONE_HOUSE_M)
}

/** Whether something drawn there shows on the screen. */
export function isSeen({ left, top }: Pixel, { width, height }: Size): boolean {
  return left > -APART && top > -APART && left < width + APART && top < height + APART
}

function around(cells: ReadonlyMap<string, Cluster[]>, column: number, line: number): Cluster[] {
  const steps = [-1, 0, 1]
  return steps.flatMap((right) => steps.flatMap((up) => cells.get(`${column + right}:${line + up}`) ?? []))
}

function metres(one: PlacedMark, other: PlacedMark): number {
  return Math.hypot(one.spot.x - other.spot.x, one.spot.y - other.spot.y)
}

function byUrgency(marks: readonly PlacedMark[]): PlacedMark[] {
  return [...marks].sort((one, other) => URGENCY.indexOf(one.state) - URGENCY.indexOf(other.state))
}
