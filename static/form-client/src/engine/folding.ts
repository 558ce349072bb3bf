/** Groups the form's author calls optional are folded, so that what must be asked stands on one screen. */

import { inject, type InjectionKey } from 'vue'

/** Whether such groups start folded: not where somebody looks for what he sent. */
export const FOLDS: InjectionKey<boolean> = Symbol('folds optional groups')

const OPTIONAL = '都可不填'

/** Called by a group's setup with its words. */
export function startsFolded(words: string | undefined): boolean {
  return inject(FOLDS, false) && (words ?? '').includes(OPTIONAL)
}

/** Open the folded groups an element lies in, innermost last. */
export function unfold(element: Element): void {
  const folded = element.parentElement?.closest('.p-panel.panel-content-hidden')
  if (!folded) return
  unfold(folded)
  folded.querySelector<HTMLElement>(':scope > .p-panel-header .panel-title')?.click()
}
