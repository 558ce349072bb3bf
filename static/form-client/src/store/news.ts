/** Tells every page of this phone that records or lists have changed. */

type Listener = () => void

const listeners = new Set<Listener>()
const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('wangge-phone')

if (channel) {
  channel.onmessage = () => tell()
  // Tests run in Node, which would wait for an open channel.
  ;(channel as { unref?: () => void }).unref?.()
}

/** Be told after every change, of this page or another, until the returned function is called. */
export function onChange(listener: Listener): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Something was written. */
export function announce(): void {
  tell()
  channel?.postMessage('changed')
}

function tell(): void {
  for (const listener of [...listeners]) listener()
}
