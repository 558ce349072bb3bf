/** Which screen shows. It stands in the address's fragment, so that the phone's back button works. */

import { reactive } from 'vue'

export const SCREENS = ['home', 'visits', 'cases', 'outbox', 'fill', 'collect', 'suggestion', 'settings'] as const
export type Screen = (typeof SCREENS)[number]

export const route = reactive<{ screen: Screen; id: string }>({ screen: 'home', id: '' })

/** Follow the address from now on. */
export function followAddress(): void {
  read()
  addEventListener('hashchange', read)
}

/** Show a screen. */
export function go(screen: Screen, id = ''): void {
  location.hash = id === '' ? `#/${screen}` : `#/${screen}/${encodeURIComponent(id)}`
}

/** Leave a screen for another without a way back to it. */
export function goInstead(screen: Screen): void {
  history.replaceState(null, '', `#/${screen}`)
  read()
}

function read(): void {
  const [, name = '', id = ''] = location.hash.split('/')
  route.screen = SCREENS.find((screen) => screen === name) ?? 'home'
  route.id = decodeURIComponent(id)
  scrollTo(0, 0)
}
