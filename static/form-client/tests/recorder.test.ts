import { beforeEach, describe, expect, it } from 'vitest'
import type { Fix } from '../src/model'
import { type TrackEntry, isMark } from '../src/track/entries'
import { type Phone, TrackRecorder, type TrackStore } from '../src/track/recorder'

const MORNING = new Date(2026, 9, 20, 9).getTime()

class Memory implements TrackStore {
  entries: TrackEntry[] = []
  full = false

  append(entry: TrackEntry): Promise<void> {
    if (this.full) return Promise.reject(new Error('full'))
    this.entries.push(entry)
    return Promise.resolve()
  }

  all(): Promise<TrackEntry[]> {
    return Promise.resolve([...this.entries])
  }

  clear(): Promise<void> {
    this.entries = []
    return Promise.resolve()
  }

  acts(): string[] {
    return this.entries.filter(isMark).map(({ act }) => act)
  }
}

class Handset implements Phone {
  clock = MORNING
  free = true
  awake = 0
  heard: ((fix: Fix) => void) | null = null
  refused: () => void = () => undefined

  now(): number {
    return this.clock
  }

  watch(heard: (fix: Fix) => void, refused: () => void): () => void {
    this.heard = heard
    this.refused = refused
    return () => (this.heard = null)
  }

  stayAwake(): () => void {
    this.awake += 1
    return () => (this.awake -= 1)
  }

  claim(): Promise<boolean> {
    return Promise.resolve(this.free)
  }

  /** Walk north, 10 metres in 10 seconds each. */
  walk(steps: number): void {
    for (let step = 0; step < steps; step += 1) {
      this.clock += 10_000
      const lat = 30 + (this.clock - MORNING) / 1000 / 111_000
      this.heard?.({ lat, lon: 108, altitude: null, accuracy: 4, at: this.clock })
    }
  }
}

describe('recording a track', () => {
  let store: Memory
  let phone: Handset
  let recorder: TrackRecorder

  const opened = async () => {
    const another = new TrackRecorder(store, phone)
    await another.load()
    return another
  }

  beforeEach(async () => {
    store = new Memory()
    phone = new Handset()
    recorder = await opened()
  })

  it('hears nothing and keeps nothing until it is started', () => {
    expect([recorder.state, phone.heard, phone.awake, store.entries]).toEqual(['off', null, 0, []])
  })

  it('goes from start over pause and resume to the end, awake only while it runs', async () => {
    await recorder.start()
    phone.walk(10)
    expect([recorder.state, phone.awake]).toEqual(['running', 1])
    await recorder.pause()
    expect([recorder.state, phone.awake, phone.heard]).toEqual(['paused', 0, null])
    phone.walk(10)
    await recorder.resume()
    phone.walk(10)
    await recorder.finish()
    expect([recorder.state, phone.awake]).toEqual(['finished', 0])
    expect(store.acts()).toEqual(['start', 'pause', 'resume', 'finish'])
    expect(recorder.answer().split(' 9999')).toHaveLength(2)
  })

  it('keeps each position as it comes, and not more often than it can matter', async () => {
    await recorder.start()
    phone.walk(3)
    phone.heard?.({ lat: 31, lon: 108, altitude: null, accuracy: 4, at: phone.clock + 1000 })
    await recorder.finish()
    expect(store.entries.filter((entry) => !isMark(entry))).toHaveLength(3)
  })

  it('is paused, with a gap, after the browser was killed', async () => {
    await recorder.start()
    phone.walk(5)
    await new Promise((written) => setTimeout(written))
    const next = await opened()
    expect([next.state, store.acts()]).toEqual(['paused', ['start', 'closed']])
    await next.resume()
    phone.walk(5)
    await next.finish()
    expect(next.answer().split(' 9999')).toHaveLength(2)
  })

  it('stays finished, its answer ready, over a reload', async () => {
    await recorder.start()
    phone.walk(5)
    await recorder.finish()
    const next = await opened()
    expect([next.state, next.answer()]).toEqual(['finished', recorder.answer()])
  })

  it('has a gap where the page was out of sight', async () => {
    await recorder.start()
    phone.walk(5)
    await recorder.sight(false)
    expect([recorder.state, phone.awake, phone.heard]).toEqual(['running', 0, null])
    await recorder.sight(true)
    phone.walk(5)
    expect(phone.awake).toBe(1)
    expect(recorder.answer().split(' 9999')).toHaveLength(2)
  })

  it('pauses and says so where positions are forbidden', async () => {
    await recorder.start()
    phone.refused()
    expect([recorder.state, recorder.trouble, phone.awake]).toEqual(['paused', 'refused', 0])
  })

  it('leaves a track alone that another page is recording', async () => {
    await recorder.start()
    phone.free = false
    const other = await opened()
    expect([other.state, other.trouble]).toEqual(['running', 'elsewhere'])
    await other.pause()
    await other.finish()
    expect(store.acts()).toEqual(['start'])
  })

  it('says that the storage is full and goes on', async () => {
    await recorder.start()
    store.full = true
    phone.walk(5)
    await recorder.pause()
    expect([recorder.trouble, recorder.state]).toEqual(['full', 'paused'])
    expect(recorder.answer()).not.toBe('')
  })

  it('deletes every trace when it is thrown away', async () => {
    await recorder.start()
    phone.walk(5)
    await recorder.discard()
    expect([recorder.state, store.entries, recorder.answer()]).toEqual(['off', [], ''])
  })

  it('deletes what no patrol of its day took, and says so', async () => {
    await recorder.start()
    phone.clock += 24 * 3600 * 1000
    const next = await opened()
    expect([next.state, next.trouble, store.entries]).toEqual(['off', 'stale', []])
    await next.start()
    expect([next.state, next.trouble]).toEqual(['running', ''])
  })

  it('goes on past midnight', async () => {
    phone.clock = new Date(2026, 9, 20, 23, 50).getTime()
    await recorder.start()
    phone.clock += 20 * 60_000
    expect((await opened()).state).toBe('paused')
  })

  it('waits all day for its patrol', async () => {
    await recorder.start()
    await recorder.finish()
    phone.clock += 14 * 3600 * 1000
    expect((await opened()).state).toBe('finished')
  })
})
