/** 照片: made small enough for a slow network, and silent about what the camera knew, before anything is kept. */

import { exifOf, withExif } from './jpeg'
import { type Layout, type Strip, layoutOf } from './layout'

export interface PhotoWishes {
  /** Longest side of the result, strip included. */
  maxPixels: number
  /** Keep what the camera wrote (place, time, model). */
  keepExif: boolean
  /** Lines to write below the picture, never over it. */
  strip: Strip | null
}

/** The browser cannot draw this file; the message is for people. */
export class PhotoUnreadable extends Error {
  constructor() {
    super('这张照片打不开，请重新拍一张。')
  }
}

const TYPE = 'image/jpeg'
const AIM_BYTES = 300_000
const QUALITIES = [0.8, 0.7, 0.6, 0.5]
const STRIP_GROUND = '#17202a'
const STRIP_LETTERS = '#ffffff'

/** A photo as it is kept and sent: an upright JPEG of about 300 kB at most. Raises PhotoUnreadable. */
export async function preparePhoto(file: Blob, wishes: PhotoWishes): Promise<Blob> {
  const jpeg = await encoded(await drawn(file, wishes))
  const exif = wishes.keepExif ? exifOf(await bytesOf(file)) : null
  return exif ? new Blob([withExif(await bytesOf(jpeg), exif)], { type: TYPE }) : jpeg
}

async function drawn(file: Blob, { maxPixels, strip }: PhotoWishes): Promise<HTMLCanvasElement> {
  const picture = await decoded(file)
  const lines = strip?.lines ?? []
  const layout = layoutOf(picture.naturalWidth, picture.naturalHeight, maxPixels, lines.length)
  const canvas = document.createElement('canvas')
  canvas.width = layout.width
  canvas.height = layout.height + layout.strip
  const brush = canvas.getContext('2d')
  if (!brush) throw new PhotoUnreadable()
  // A transparent picture would turn black in a JPEG.
  brush.fillStyle = '#ffffff'
  brush.fillRect(0, 0, layout.width, layout.height)
  brush.imageSmoothingQuality = 'high'
  brush.drawImage(picture, 0, 0, layout.width, layout.height)
  writeStrip(brush, layout, lines)
  return canvas
}

/** An image element turns a picture upright by itself, also where createImageBitmap does not exist yet. */
async function decoded(file: Blob): Promise<HTMLImageElement> {
  const picture = new Image()
  picture.src = URL.createObjectURL(file)
  try {
    await picture.decode()
  } catch {
    throw new PhotoUnreadable()
  } finally {
    URL.revokeObjectURL(picture.src)
  }
  if (picture.naturalWidth === 0) throw new PhotoUnreadable()
  return picture
}

function writeStrip(brush: CanvasRenderingContext2D, layout: Layout, lines: string[]): void {
  if (lines.length === 0) return
  brush.fillStyle = STRIP_GROUND
  brush.fillRect(0, layout.height, layout.width, layout.strip)
  brush.fillStyle = STRIP_LETTERS
  brush.font = `${layout.letters}px sans-serif`
  brush.textBaseline = 'middle'
  const line = layout.strip / (lines.length + 0.5)
  lines.forEach((words, index) => {
    brush.fillText(words, layout.letters, layout.height + line * (index + 0.75), layout.width - 2 * layout.letters)
  })
}

async function encoded(canvas: HTMLCanvasElement): Promise<Blob> {
  let smallest: Blob | null = null
  for (const quality of QUALITIES) {
    smallest = await new Promise<Blob | null>((done) => canvas.toBlob(done, TYPE, quality))
    if (smallest && smallest.size <= AIM_BYTES) break
  }
  if (!smallest) throw new PhotoUnreadable()
  return smallest
}

async function bytesOf(blob: Blob): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await blob.arrayBuffer())
}
