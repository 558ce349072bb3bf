/** This page's recorder and what its screens see of it. */

import { shallowReactive } from 'vue'
import { database } from '../store/database'
import type { TrackEntry, TrackState } from './entries'
import { browserPhone } from './phone'
import { TrackRecorder, type TrackStore, type TrackTrouble } from './recorder'

const kept: TrackStore = {
  async append(entry) {
    await (await database()).add('track', entry)
  },
  async all() {
    return (await (await database()).getAll('track')) as TrackEntry[]
  },
  async clear() {
    await (await database()).clear('track')
  },
}

export const seen = shallowReactive<{ state: TrackState; trouble: TrackTrouble }>({ state: 'off', trouble: '' })

export const recorder = new TrackRecorder(kept, browserPhone, () => {
  seen.state = recorder.state
  seen.trouble = recorder.trouble
})

/** Take up what an earlier page left, and follow this page out of sight and back. Called once, when the client starts. */
export async function openTrack(): Promise<void> {
  document.addEventListener('visibilitychange', () => void recorder.sight(document.visibilityState === 'visible'))
  await recorder.load()
}
