/** 轨迹记录: voluntary, seen while it runs, and honest about where it heard nothing (PERSONAS D1, FORMS §1 rule 2). */

import type { Fix } from '../model'
import { type Mark, type TrackEntry, type TrackState, stateAfter, trackAnswer } from './entries'

/** Where entries are kept; `append` has written when it resolves. */
export interface TrackStore {
  append(entry: TrackEntry): Promise<void>
  all(): Promise<TrackEntry[]>
  clear(): Promise<void>
}

/** What the recorder needs of a phone. */
export interface Phone {
  now(): number
  /** Hear positions until the returned function is called. */
  watch(heard: (fix: Fix) => void, refused: () => void): () => void
  /** Keep the screen on until the returned function is called, where the phone can. */
  stayAwake(): () => void
  /** True where this page alone may record, until it is closed. */
  claim(): Promise<boolean>
}

/**
 * The phone forbids positions, another page is recording, the storage is full, or what lay here was of another day;
 * '' when all is well.
 */
export type TrackTrouble = '' | 'refused' | 'elsewhere' | 'full' | 'stale'

/** Positions more often than this say nothing new at a walk. */
const SPACING_MS = 4000
const LONGEST_REST_MS = 6 * 3_600_000

export class TrackRecorder {
  state: TrackState = 'off'
  trouble: TrackTrouble = ''
  private entries: TrackEntry[] = []
  private stop: () => void = () => undefined
  private heardAt = 0
  private written: Promise<void> = Promise.resolve()

  constructor(
    private readonly store: TrackStore,
    private readonly phone: Phone,
    private readonly changed: () => void = () => undefined,
  ) {}

  /** Take up what an earlier page left: what was running is paused. What no patrol of its day took is deleted. */
  async load(): Promise<void> {
    this.entries = await this.store.all()
    const last = this.entries[this.entries.length - 1]
    if (last && isStale(last.at, this.phone.now())) {
      await this.discard()
      this.trouble = 'stale'
    }
    this.state = stateAfter(this.entries)
    if (this.state === 'running') {
      if (await this.phone.claim()) await this.note('closed')
      else this.trouble = 'elsewhere'
    }
    this.changed()
  }

  start(): Promise<void> {
    return this.state === 'off' ? this.run('start') : Promise.resolve()
  }

  resume(): Promise<void> {
    return this.state === 'paused' ? this.run('resume') : Promise.resolve()
  }

  async pause(): Promise<void> {
    if (this.state !== 'running' || this.trouble === 'elsewhere') return
    this.silence()
    await this.note('pause')
  }

  /** End the track; its answer waits for the patrol. */
  async finish(): Promise<void> {
    if ((this.state !== 'running' && this.state !== 'paused') || this.trouble === 'elsewhere') return
    this.silence()
    await this.note('finish')
  }

  /** 不要了, or it lies in a patrol now: nothing of it stays on the phone. */
  async discard(): Promise<void> {
    this.silence()
    await this.written
    await this.store.clear()
    this.entries = []
    this.state = 'off'
    this.trouble = ''
    this.changed()
  }

  /** The page went out of sight or came back: the browser hears nothing in between. */
  async sight(visible: boolean): Promise<void> {
    if (this.state !== 'running' || this.trouble === 'elsewhere') return
    this.silence()
    await this.note(visible ? 'shown' : 'hidden')
    if (visible) this.listen()
  }

  /** The geotrace of what was walked so far; '' where nothing was. */
  answer(): string {
    return trackAnswer(this.entries)
  }

  private async run(act: 'start' | 'resume'): Promise<void> {
    if (!(await this.phone.claim())) return this.troubled('elsewhere')
    this.trouble = ''
    await this.note(act)
    this.listen()
  }

  private listen(): void {
    const unwatch = this.phone.watch(
      (fix) => this.heard(fix),
      () => {
        this.troubled('refused')
        void this.pause()
      },
    )
    const sleep = this.phone.stayAwake()
    this.stop = () => {
      unwatch()
      sleep()
    }
  }

  private troubled(trouble: TrackTrouble): void {
    this.trouble = trouble
    this.changed()
  }

  private silence(): void {
    this.stop()
    this.stop = () => undefined
  }

  private heard(fix: Fix): void {
    if (this.state !== 'running' || Math.abs(fix.at - this.heardAt) < SPACING_MS) return
    this.heardAt = fix.at
    void this.keep(fix)
  }

  private async note(act: Mark['act']): Promise<void> {
    const kept = this.keep({ act, at: this.phone.now() })
    this.state = stateAfter(this.entries)
    this.changed()
    await kept
  }

  private keep(entry: TrackEntry): Promise<void> {
    this.entries.push(entry)
    this.written = this.written.then(() => this.store.append(entry)).catch(() => this.troubled('full'))
    return this.written
  }
}

/** Of another day of the phone's calendar; a patrol may go on past midnight. */
function isStale(at: number, now: number): boolean {
  return new Date(at).toDateString() !== new Date(now).toDateString() && now - at > LONGEST_REST_MS
}
