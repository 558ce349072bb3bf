/** 录音: sixty seconds at most, kept on the phone until the record leaves. */

/** Why there is no recording, in words for people. */
export class NoRecording extends Error {}

export interface Recording {
  /** What was said, once it was stopped or the time was up. Raises NoRecording where nothing was heard. */
  said: Promise<Blob>
  stop(): void
}

/** What a phone can write, best first: Chrome and its kin, Safari. */
const TYPES = ['audio/webm;codecs=opus', 'audio/mp4', 'audio/ogg;codecs=opus']
/** Enough for speech: a minute is about 240 kB. */
const BITS_PER_SECOND = 32_000
const EXTENSIONS: Record<string, string> = { 'audio/webm': 'webm', 'audio/mp4': 'm4a', 'audio/ogg': 'ogg' }

/** Whether this browser can record at all. */
export function canRecord(): boolean {
  return typeof MediaRecorder !== 'undefined' && !!navigator.mediaDevices
}

/** A file name's ending for a recording, without the dot. */
export function extensionOf(recording: Blob): string {
  return EXTENSIONS[recording.type.split(';')[0]] ?? 'webm'
}

/** Start to record; it ends by itself after `maxSeconds`. Raises NoRecording. */
export async function record(maxSeconds: number): Promise<Recording> {
  if (!canRecord()) throw new NoRecording('这个浏览器不能录音，请用文字写。')
  const sound = await microphone()
  const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type))
  const recorder = new MediaRecorder(sound, { audioBitsPerSecond: BITS_PER_SECOND, ...(mimeType && { mimeType }) })
  const pieces: Blob[] = []
  recorder.ondataavailable = ({ data }) => pieces.push(data)
  const stop = () => {
    if (recorder.state !== 'inactive') recorder.stop()
  }
  const timer = setTimeout(stop, maxSeconds * 1000)
  const ended = new Promise<void>((done) => {
    recorder.onstop = () => done()
    // A call coming in takes the microphone away: what was said before it stays.
    recorder.onerror = stop
  })
  recorder.start()
  return { said: ended.then(() => finished()), stop }

  function finished(): Blob {
    clearTimeout(timer)
    sound.getTracks().forEach((track) => track.stop())
    const whole = new Blob(pieces, { type: recorder.mimeType })
    if (whole.size === 0) throw new NoRecording('没有录到声音，请再录一次。')
    return whole
  }
}

async function microphone(): Promise<MediaStream> {
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: true })
  } catch (error) {
    const refused = error instanceof DOMException && error.name === 'NotAllowedError'
    throw new NoRecording(
      refused ? '没有麦克风权限，请在浏览器设置里允许使用麦克风，或用文字写。' : '麦克风打不开，请用文字写。',
    )
  }
}
