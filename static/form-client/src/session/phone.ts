/** What every screen looks at: who is signed in, what the server last said, how the phone itself is doing. */

import { reactive } from 'vue'
import type { ClientSettings, HomePage } from '../model'

/** unknown until the database has been read; ended: the server asks to sign in again; revoked: the key is gone. */
export type SessionState = 'unknown' | 'signed_out' | 'signed_in' | 'ended' | 'revoked'

export interface PhoneState {
  session: SessionState
  home: HomePage | null
  /** When `home` was heard, milliseconds since 1970; 0 never. */
  heardAt: number
  /** The server's clock minus the phone's, milliseconds. */
  clockOff: number
  online: boolean
  /** The network answers, but not with the server's words. */
  stranger: boolean
  /** Every form and list of the home page is on the phone. */
  complete: boolean
  unsent: number
  /** Left by another worker of this phone; only his own session sends them. */
  unsentOfOthers: number
  refused: number
  sending: boolean
  /** Free bytes this page may still use; null where the browser does not say. */
  spare: number | null
  /** What was on the phone when its storage was cleared. */
  lost: { unsent: number; drafts: number } | null
  largeText: boolean
  /** A key that was in the address and has not opened a session yet. */
  key: string | null
  /** The worker has asked to sign in again. */
  signingIn: boolean
  /** A PIN is set and has not been entered. */
  locked: boolean
  hasPin: boolean
}

export const phone = reactive<PhoneState>({
  session: 'unknown',
  home: null,
  heardAt: 0,
  clockOff: 0,
  online: navigator.onLine !== false,
  stranger: false,
  complete: false,
  unsent: 0,
  unsentOfOthers: 0,
  refused: 0,
  sending: false,
  spare: null,
  lost: null,
  largeText: false,
  key: null,
  signingIn: false,
  locked: false,
  hasPin: false,
})

const SETTINGS: ClientSettings = { photo_max_pixels: 1600, keep_exif: false, photo_strip: true, split_megabytes: 10 }

/** The server's settings; what it gives by default where it has not been heard. */
export function settings(): ClientSettings {
  return phone.home?.settings ?? SETTINGS
}

/** Id of the worker whose records these are; '' before the first sign-in. */
export function worker(): string {
  return phone.home?.worker.id ?? ''
}
