/** An instant between an answer (ISO 8601 with the zone's offset) and a field of the browser (local, to the minute). */

/** `2026-11-22T09:05:00.000+08:00` of what a field says; '' of an empty one. */
export function instantOf(field: string): string {
  if (field === '') return ''
  const minutes = -new Date(field).getTimezoneOffset()
  const size = Math.abs(minutes)
  return `${field.slice(0, 16)}:00.000${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`
}

/** What a field shows of an instant, on the phone's clock; '' of none. */
export function fieldOf(instant: string): string {
  const at = new Date(instant)
  if (Number.isNaN(at.getTime())) return ''
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`
}

function two(number: number): string {
  return String(number).padStart(2, '0')
}
