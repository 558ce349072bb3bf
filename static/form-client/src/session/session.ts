/** 登录: by a key, by name and password, or with the session of the staff pages in this browser. */

import { dropFact, fact, setFact } from '../store/database'
import { forgetRegister } from '../store/wiping'
import { type Reply, ask, send } from './ask'
import { removePin } from './pin'
import { phone } from './phone'

export type Credentials = { key: string } | { username: string; password: string } | Record<string, never>

const KEY_IN_FRAGMENT = /^#([A-Za-z0-9_-]{16,})$/

/** The key in the address, taken out of it: it must not stay in the history of the phone. */
export function keyFromAddress(): string | null {
  const key = KEY_IN_FRAGMENT.exec(location.hash)?.[1] ?? null
  if (key !== null) history.replaceState(null, '', location.pathname)
  return key
}

/** 登录. '' when it worked, else a sentence that says why not. Records on the phone stay. */
export async function signIn(credentials: Credentials): Promise<string> {
  const reply = await send('/w/api/sign-in', credentials)
  if (reply.kind === 'answer') {
    await setFact('signed-in', true)
    await removePin()
    phone.session = 'signed_in'
    phone.signingIn = false
    phone.key = null
    return ''
  }
  return sentenceOf(reply)
}

/** 退出: lists, forms and the home page leave the phone; what was not sent stays until its worker is back. */
export async function signOut(): Promise<void> {
  await ask('/w/api/sign-out', { method: 'POST' })
  await dropFact('signed-in')
  await removePin()
  await forgetRegister()
  phone.home = null
  phone.heardAt = 0
  phone.session = 'signed_out'
}

/** Whether this phone was signed in when it was last used. */
export async function wasSignedIn(): Promise<boolean> {
  return (await fact<boolean>('signed-in')) === true
}

/** Note what an answer says about the session. */
export function heed(reply: Reply): void {
  phone.stranger = reply.kind === 'stranger'
  if (reply.kind === 'answer' || reply.kind === 'unchanged') {
    if (phone.session === 'ended' || phone.session === 'revoked') phone.session = 'signed_in'
  } else if (reply.kind === 'refusal') {
    if (reply.problem.code === 'app_user.key_refused') phone.session = 'revoked'
    else if (reply.status === 401 && phone.session !== 'revoked') phone.session = 'ended'
  }
}

/** Why a request came to nothing. */
export function sentenceOf(reply: Reply): string {
  switch (reply.kind) {
    case 'refusal':
      return reply.problem.message
    case 'trouble':
      return reply.status === 429 ? '试得太多了，请过一会儿再试。' : '服务器正忙，请过一会儿再试。'
    case 'stranger':
      return '手机连着的网络没有通到服务器，可能要先在网络的页面上登录。'
    case 'silence':
      return '没有网络，或服务器没有回答。'
    default:
      return ''
  }
}
