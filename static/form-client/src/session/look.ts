/** 大字: kept beside the page, so that it holds before anything else has been read. */

import { phone } from './phone'

const NAME = 'wangge-large-text'

export function recallLook(): void {
  try {
    show(localStorage.getItem(NAME) === 'yes')
  } catch {
    show(false)
  }
}

export function setLargeText(large: boolean): void {
  show(large)
  try {
    localStorage.setItem(NAME, large ? 'yes' : 'no')
  } catch {
    // It holds until the page is closed.
  }
}

function show(large: boolean): void {
  phone.largeText = large
  document.documentElement.classList.toggle('large-text', large)
}
