/** One sentence that shows for a moment. */

import { reactive } from 'vue'

const SHOWN_MS = 5_000

export const notice = reactive({ words: '' })
let closing: ReturnType<typeof setTimeout> | undefined

export function say(words: string): void {
  notice.words = words
  clearTimeout(closing)
  closing = setTimeout(() => {
    notice.words = ''
  }, SHOWN_MS)
}
