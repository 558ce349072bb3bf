/** Where a drawing is looked at: its middle in metres and how many pixels a metre takes. North is up. */

import type { Spot } from './plane'

export interface View {
  /** The spot in the middle of the screen. */
  middle: Spot
  /** Pixels per metre. */
  scale: number
}

/** Pixels. */
export interface Size {
  width: number
  height: number
}

/** Pixels from the upper left corner. */
export interface Pixel {
  left: number
  top: number
}

/** At most 3 pixels a metre: closer than any position is known. */
const CLOSEST = 3
const WIDEST = 0.002
/** Left free around what is shown. */
const MARGIN = 32
/** A single place is shown with this much around it, metres. */
const SMALLEST_EXTENT_M = 120

/** The view that shows all spots. */
export function viewOfAll(spots: Spot[], size: Size): View {
  const xs = spots.map((spot) => spot.x)
  const ys = spots.map((spot) => spot.y)
  const [west, east] = [least(xs), -least(xs.map((x) => -x))]
  const [south, north] = [least(ys), -least(ys.map((y) => -y))]
  const across = Math.max(east - west, SMALLEST_EXTENT_M)
  const up = Math.max(north - south, SMALLEST_EXTENT_M)
  const scale = Math.min((size.width - 2 * MARGIN) / across, (size.height - 2 * MARGIN) / up)
  return { middle: { x: (west + east) / 2, y: (south + north) / 2 }, scale: bounded(scale) }
}

export function pixelOf(spot: Spot, view: View, size: Size): Pixel {
  return {
    left: size.width / 2 + (spot.x - view.middle.x) * view.scale,
    top: size.height / 2 - (spot.y - view.middle.y) * view.scale,
  }
}

/** The view after a drag by so many pixels. */
export function dragged(view: View, by: Pixel): View {
  const { middle, scale } = view
  return { scale, middle: { x: middle.x - by.left / scale, y: middle.y + by.top / scale } }
}

/** The view `factor` times as close, the ground under `around` staying where it is. */
export function zoomed(view: View, factor: number, around: Pixel, size: Size): View {
  const scale = bounded(view.scale * factor)
  const right = around.left - size.width / 2
  const up = size.height / 2 - around.top
  const shift = 1 / view.scale - 1 / scale
  return { scale, middle: { x: view.middle.x + right * shift, y: view.middle.y + up * shift } }
}

/** Whether there is anything closer than this view. */
export function isClosest(view: View): boolean {
  return view.scale >= CLOSEST
}

/** A scale bar: a round number of metres, at most `room` pixels long. */
export function scaleBar(view: View, room: number): { metres: number; words: string; pixels: number } {
  const most = room / view.scale
  const power = 10 ** Math.floor(Math.log10(most))
  const metres = [5, 2, 1].map((step) => step * power).find((length) => length <= most) ?? power
  const words = metres >= 1000 ? `${metres / 1000}公里` : `${metres}米`
  return { metres, words, pixels: metres * view.scale }
}

function bounded(scale: number): number {
  return Math.min(CLOSEST, Math.max(WIDEST, scale))
}

function least(numbers: number[]): number {
  return numbers.reduce((smaller, number) => Math.min(smaller, number), Infinity)
}
