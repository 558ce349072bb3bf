/** Starts the client: what the phone knows first, then what the server says. */
import { createApp } from 'vue'
import App from './App.vue'
import { flush, watchNetwork } from './outbox/queue'
import { followAddress, route } from './screens/route'
import { arrive, recall } from './session/arrival'
import { install } from './session/installation'
import { recallLook } from './session/look'
import { phone } from './session/phone'
import { lock } from './session/pin'
import { keyFromAddress, signIn, wasSignedIn } from './session/session'
import { refresh } from './store/refresh'
import { openTrack } from './track/here'
import './styles/phone.css'
import './styles/shell.css'

const REFRESH_MS = 15 * 60_000
const LOCK_AFTER_MS = 5 * 60_000

recallLook()
phone.key = keyFromAddress()
followAddress()
createApp(App).mount('#app')
void start()

async function start(): Promise<void> {
  await recall()
  await lock()
  phone.session = (await wasSignedIn()) ? 'signed_in' : 'signed_out'
  await openTrack()
  watchNetwork(() => void refresh())
  watchSight()
  void install(() => route.screen !== 'fill')
  setInterval(() => void refreshIfSignedIn(), REFRESH_MS)
  addEventListener('online', () => void refreshIfSignedIn())
  addEventListener('hashchange', () => void takeKey(keyFromAddress()))
  if (phone.session !== 'signed_in') return
  if (phone.key === null) await arrive()
  else await takeKey(phone.key)
  // The engine is large: read in while nothing else is to be done, the first form opens like the next.
  globalThis.requestIdleCallback?.(() => void import('./engine/FormScreen.vue'))
}

/** The card's code scanned again. While the session holds, a phone without a network goes on as it was. */
async function takeKey(key: string | null): Promise<void> {
  if (key === null) return
  phone.key = key
  if (phone.session !== 'signed_in') phone.signingIn = true
  else {
    await signIn({ key })
    await arrive()
  }
}

/** Out of sight for a while, the phone locks; back in sight, it looks for what is new. */
function watchSight(): void {
  let leftAt = Date.now()
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') leftAt = Date.now()
    else {
      if (Math.abs(Date.now() - leftAt) > LOCK_AFTER_MS) void lock()
      void refreshIfSignedIn()
      void flush()
    }
  })
}

async function refreshIfSignedIn(): Promise<void> {
  if (phone.session !== 'signed_out' && phone.online) await refresh()
}
