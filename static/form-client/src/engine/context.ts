/** What a question may know about the place it is answered at. */

import type { InjectionKey } from 'vue'
import type { ClientSettings } from '../model'

export interface FormContext {
  /** Name of the worker's grid, for the strip below a photo. */
  gridName: string
  /** The worker's own grids, closed rings as ODK writes them; a map shows these. */
  outlines: { code: string; name: string; ring: string }[]
  settings: ClientSettings
}

export const FORM_CONTEXT: InjectionKey<FormContext> = Symbol('form context')
