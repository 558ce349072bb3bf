/** Days and instants as forms write them, by the phone's own calendar. */

/** `2026-11-22`. */
export function dayOf(at: number): string {
  const date = new Date(at)
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

/** `2026-11-22T08:15:00.000+08:00`. */
export function instantOf(at: number): string {
  const date = new Date(at)
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')
  const east = -date.getTimezoneOffset()
  const zone = `${east < 0 ? '-' : '+'}${two(Math.trunc(Math.abs(east) / 60))}:${two(Math.abs(east) % 60)}`
  return `${dayOf(at)}T${time}.${String(date.getMilliseconds()).padStart(3, '0')}${zone}`
}

function two(number: number): string {
  return String(number).padStart(2, '0')
}
