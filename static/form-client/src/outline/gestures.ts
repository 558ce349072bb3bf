/** One finger drags, two fingers pinch, a wheel zooms: the view follows. */

import type { Ref } from 'vue'
import { type Pixel, type Size, type View, dragged, zoomed } from './view'

/** A finger trembles: less than this many pixels is a tap. */
const TREMBLE = 6
const WHEEL_STEP = 1.2

/** Listeners for an svg element; they change `view`. A drag is not also a tap. */
export function useGestures(view: Ref<View | null>, size: Ref<Size>) {
  const fingers = new Map<number, Pixel>()
  let moved = 0

  function down(event: PointerEvent): void {
    if (fingers.size === 0) moved = 0
    fingers.set(event.pointerId, at(event))
  }

  function move(event: PointerEvent): void {
    const before = fingers.get(event.pointerId)
    if (!before || !view.value) return
    const now = at(event)
    moved += Math.hypot(now.left - before.left, now.top - before.top)
    const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1]
    if (other) view.value = pinched(view.value, before, now, other)
    else if (moved > TREMBLE) {
      // Only now: a captured pointer gives its click to the drawing and no longer to a mark.
      ;(event.currentTarget as Element).setPointerCapture(event.pointerId)
      view.value = dragged(view.value, { left: now.left - before.left, top: now.top - before.top })
    }
    fingers.set(event.pointerId, now)
  }

  function pinched(from: View, before: Pixel, now: Pixel, other: Pixel): View {
    const factor = apart(now, other) / Math.max(1, apart(before, other))
    return zoomed(from, factor, { left: (now.left + other.left) / 2, top: (now.top + other.top) / 2 }, size.value)
  }

  function up(event: PointerEvent): void {
    fingers.delete(event.pointerId)
  }

  function wheel(event: WheelEvent): void {
    event.preventDefault()
    if (view.value) view.value = zoomed(view.value, event.deltaY < 0 ? WHEEL_STEP : 1 / WHEEL_STEP, at(event), size.value)
  }

  return { pointerdown: down, pointermove: move, pointerup: up, pointercancel: up, pointerleave: up, wheel }
}

function at(event: MouseEvent): Pixel {
  const box = (event.currentTarget as Element).getBoundingClientRect()
  return { left: event.clientX - box.left, top: event.clientY - box.top }
}

function apart(one: Pixel, other: Pixel): number {
  return Math.hypot(one.left - other.left, one.top - other.top)
}
