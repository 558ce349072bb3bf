/** The day by the phone's calendar, on a page that is left open overnight. */

import { type Ref, onScopeDispose, ref } from 'vue'
import { dayOf } from '../quick/clock'

const EVERY_MS = 60_000

/** `2026-11-22`; turns at midnight, and as soon as a phone that has slept is looked at again. */
export function useToday(): Ref<string> {
  const today = ref(dayOf(Date.now()))
  const look = () => {
    today.value = dayOf(Date.now())
  }
  const looking = setInterval(look, EVERY_MS)
  document.addEventListener('visibilitychange', look)
  onScopeDispose(() => {
    clearInterval(looking)
    document.removeEventListener('visibilitychange', look)
  })
  return today
}
