/** 本机密码: keeps a passer-by from leafing through the phone. It locks the screen; it does not encrypt. */

import { dropFact, fact, setFact } from '../store/database'
import { phone } from './phone'

interface StoredPin {
  salt: Uint8Array
  hash: Uint8Array
  wrong: number
  /** No attempt before, milliseconds since 1970. */
  waitUntil: number
}

const NAME = 'pin'
const ROUNDS = 120_000
const FREE_TRIES = 5
const WAIT_MS = 30_000
export const PIN_SHAPE = /^\d{4,6}$/

/** Browsers hash on encrypted connections only. */
export function pinIsPossible(): boolean {
  return globalThis.crypto?.subtle !== undefined
}

export async function setPin(pin: string): Promise<void> {
  const salt = crypto.getRandomValues(new Uint8Array(16))
  await setFact(NAME, { salt, hash: await hashed(pin, salt), wrong: 0, waitUntil: 0 } satisfies StoredPin)
  phone.hasPin = true
}

export async function removePin(): Promise<void> {
  await dropFact(NAME)
  phone.hasPin = false
  phone.locked = false
}

/** Lock where a PIN is set. */
export async function lock(): Promise<void> {
  phone.hasPin = (await fact<StoredPin>(NAME)) !== undefined
  phone.locked = phone.hasPin
}

/** '' when it is the one, else what to say. */
export async function tryPin(pin: string): Promise<string> {
  const stored = await fact<StoredPin>(NAME)
  if (!stored) {
    phone.locked = false
    return ''
  }
  const wait = stored.waitUntil - Date.now()
  // A clock set back must not lock the phone for a year.
  if (wait > 0 && wait <= WAIT_MS) return `请等${Math.ceil(wait / 1000)}秒再试。`
  const given = await hashed(pin, stored.salt)
  if (given.length === stored.hash.length && given.every((byte, index) => byte === stored.hash[index])) {
    await setFact(NAME, { ...stored, wrong: 0, waitUntil: 0 })
    phone.locked = false
    return ''
  }
  const wrong = stored.wrong + 1
  const waitUntil = wrong % FREE_TRIES === 0 ? Date.now() + WAIT_MS : 0
  await setFact(NAME, { ...stored, wrong, waitUntil })
  return waitUntil ? '错了几次，请等30秒再试。' : '密码不对，请再试。'
}

async function hashed(pin: string, salt: Uint8Array): Promise<Uint8Array> {
  const material = await crypto.subtle.importKey('raw', new TextEncoder().encode(pin), 'PBKDF2', false, ['deriveBits'])
  const how = { name: 'PBKDF2', hash: 'SHA-256', salt: salt as BufferSource, iterations: ROUNDS }
  return new Uint8Array(await crypto.subtle.deriveBits(how, material, 256))
}
