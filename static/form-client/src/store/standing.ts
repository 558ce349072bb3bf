/** 代替: a county may reword the four shipped forms; each duty is done with the form that stands for it. */

import type { FormEntry } from '../model'
import { phone } from '../session/phone'

/** The shipped forms: 巡查, 走访, 诉求, 进展. */
export type Shipped = 'patrol' | 'household_visit' | 'demand_intake' | 'case_followup'

/** The form a duty is done with: of those that stand for it, the first in the phone's order. */
export function formFor(duty: Shipped): FormEntry | null {
  return phone.home?.forms.find((form) => dutyOf(form) === duty) ?? null
}

/** What a form as the home page names it stands for. */
export function dutyOf({ form_id, stands_for }: FormEntry): string | null {
  return stands_for === undefined ? form_id : stands_for
}

/** Whether a draft or record is of a form that stands for a duty, whatever phones are offered by now. */
export function isOf(duty: Shipped, { formId, standsFor }: { formId: string; standsFor?: string | null }): boolean {
  return (standsFor === undefined ? formId : standsFor) === duty
}
