/** 安装: the service worker, its updates, and the icon on the home screen. */

import { shallowReactive } from 'vue'
import { phone } from './phone'

/** What a browser offers before it installs a page; Chromium only. */
interface InstallPrompt extends Event {
  prompt(): Promise<unknown>
}

export const installation = shallowReactive<{
  prompt: InstallPrompt | null
  waiting: ServiceWorker | null
  /** The client itself lies on the phone. */
  kept: boolean
}>({
  prompt: null,
  waiting: null,
  kept: false,
})

/** Some browsers have the property and no worker: WeChat's own on iOS. */
export function hasServiceWorker(): boolean {
  return Boolean(navigator.serviceWorker)
}

/** Register the service worker and watch for a new version. `isIdle`: nothing is being filled. */
export async function install(isIdle: () => boolean): Promise<void> {
  addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault()
    installation.prompt = event as InstallPrompt
  })
  if (!hasServiceWorker()) return
  let isUpdate = navigator.serviceWorker.controller !== null
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    // The first worker takes over a page that is already right.
    if (isUpdate) location.reload()
    isUpdate = true
  })
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden' && isIdle()) update()
  })
  const registration = await navigator.serviceWorker.register('/w/sw.js', { scope: '/w/' }).catch(() => null)
  if (!registration) return
  const look = () => {
    installation.waiting = navigator.serviceWorker.controller ? registration.waiting : null
  }
  look()
  void navigator.serviceWorker.ready.then(() => (installation.kept = true))
  registration.addEventListener('updatefound', () => registration.installing?.addEventListener('statechange', look))
}

/** Whether a new version may come now: never while records wait to be sent. */
export function mayUpdate(): boolean {
  return installation.waiting !== null && phone.unsent === 0
}

/** 换上新版本. */
export function update(): void {
  if (mayUpdate()) installation.waiting?.postMessage('skip-waiting')
}

/** 添加到主屏幕. */
export async function addToHomeScreen(): Promise<void> {
  await installation.prompt?.prompt()
  installation.prompt = null
}
