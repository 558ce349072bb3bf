import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { NoRecording, canRecord, extensionOf, record } from '../src/voice/recording'

/** A browser's recorder that hears one piece and writes only what it is told to. */
class Tape {
  static kinds = ['audio/webm;codecs=opus']
  static piece = new Blob(['说了几句'])
  static isTypeSupported = (type: string) => Tape.kinds.includes(type)

  state = 'inactive'
  mimeType: string
  ondataavailable: (event: { data: Blob }) => void = () => undefined
  onstop: () => void = () => undefined
  onerror: () => void = () => undefined

  constructor(_: MediaStream, options: { mimeType?: string }) {
    this.mimeType = options.mimeType ?? 'audio/3gpp'
  }

  start(): void {
    this.state = 'recording'
  }

  stop(): void {
    this.state = 'inactive'
    this.ondataavailable({ data: Tape.piece })
    this.onstop()
  }
}

describe('a voice note', () => {
  let released = 0

  beforeEach(() => {
    released = 0
    vi.useFakeTimers()
    vi.stubGlobal('MediaRecorder', Tape)
    vi.stubGlobal('navigator', {
      mediaDevices: { getUserMedia: () => Promise.resolve({ getTracks: () => [{ stop: () => (released += 1) }] }) },
    })
  })

  afterEach(() => {
    Tape.kinds = ['audio/webm;codecs=opus']
    Tape.piece = new Blob(['说了几句'])
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })

  it('ends when the speaker says so, and lets go of the microphone', async () => {
    const recording = await record(60)
    recording.stop()
    const said = await recording.said
    expect([await said.text(), said.type, released]).toEqual(['说了几句', 'audio/webm;codecs=opus', 1])
  })

  it('ends by itself when the time is up', async () => {
    const recording = await record(60)
    vi.advanceTimersByTime(60_000)
    expect(await (await recording.said).text()).toBe('说了几句')
  })

  it('can be stopped twice', async () => {
    const recording = await record(60)
    recording.stop()
    recording.stop()
    await recording.said
    expect(released).toBe(1)
  })

  it.each([
    [['audio/mp4'], 'audio/mp4', 'm4a'],
    [['audio/ogg;codecs=opus'], 'audio/ogg;codecs=opus', 'ogg'],
    [['audio/mp4', 'audio/webm;codecs=opus'], 'audio/webm;codecs=opus', 'webm'],
  ])('is written as the phone can: %j', async (kinds, type, extension) => {
    Tape.kinds = kinds
    const recording = await record(60)
    recording.stop()
    const said = await recording.said
    expect([said.type, extensionOf(said)]).toEqual([type, extension])
  })

  it('is refused in words where nothing was heard', async () => {
    Tape.piece = new Blob([])
    const recording = await record(60)
    recording.stop()
    await expect(recording.said).rejects.toThrow('没有录到声音')
  })

  it('is refused in words where the microphone is forbidden', async () => {
    const forbidden = () => Promise.reject(new DOMException('', 'NotAllowedError'))
    vi.stubGlobal('navigator', { mediaDevices: { getUserMedia: forbidden } })
    await expect(record(60)).rejects.toThrow('没有麦克风权限')
    vi.stubGlobal('navigator', { mediaDevices: { getUserMedia: () => Promise.reject(new Error('busy')) } })
    await expect(record(60)).rejects.toThrow(NoRecording)
  })

  it('is refused in words where the browser cannot record', async () => {
    vi.stubGlobal('MediaRecorder', undefined)
    expect(canRecord()).toBe(false)
    await expect(record(60)).rejects.toThrow('不能录音')
  })
})
