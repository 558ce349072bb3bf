/** Where the phone is, for `start-geopoint` and `background-geopoint`: asked for without a tap, waited for by nobody. */

const PATIENCE_MS = 20_000
/** A position of the last minute is the same place for a record. */
const FRESH_MS = 60_000

export class PhonePosition {
  private pending: Promise<string> | null = null

  /** `lat lon alt acc`, or '' where there is none: a missing position never blocks. */
  getLocation(): Promise<string> {
    this.pending ??= this.ask().finally(() => (this.pending = null))
    return this.pending
  }

  /** Until what was asked for has come, at most so long. */
  async settled(milliseconds: number): Promise<void> {
    await Promise.race([this.pending, new Promise((done) => setTimeout(done, milliseconds))])
  }

  private ask(): Promise<string> {
    if (!navigator.geolocation) return Promise.resolve('')
    return new Promise((done) => {
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => done(`${coords.latitude} ${coords.longitude} ${coords.altitude ?? 0} ${coords.accuracy}`),
        () => done(''),
        { enableHighAccuracy: true, timeout: PATIENCE_MS, maximumAge: FRESH_MS },
      )
    })
  }
}
