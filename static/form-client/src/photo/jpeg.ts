/** What a camera writes about a picture: the Exif segment of a JPEG, looked up in its bytes. */

const START = 0xd8
const SCAN = 0xda
const APP1 = 0xe1
const ORIENTATION = 0x0112
const SHORT = 3
const EXIF = [0x45, 0x78, 0x69, 0x66, 0, 0]
/** Marker and length stand before a segment's content. */
const HEAD = 4

/** The Exif segment of a JPEG, marker included, its orientation set to upright; null where there is none. */
export function exifOf(jpeg: Uint8Array): Uint8Array<ArrayBuffer> | null {
  for (const [start, end] of segments(jpeg)) {
    if (jpeg[start + 1] === APP1 && EXIF.every((byte, index) => jpeg[start + HEAD + index] === byte)) {
      return upright(new Uint8Array(jpeg.subarray(start, end)))
    }
  }
  return null
}

/** A JPEG with an Exif segment put first, as the standard wants it. */
export function withExif(jpeg: Uint8Array, exif: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(jpeg.length + exif.length)
  whole.set(jpeg.subarray(0, 2))
  whole.set(exif, 2)
  whole.set(jpeg.subarray(2), 2 + exif.length)
  return whole
}

/** Start and end of each segment before the picture itself; a broken file has fewer. */
function* segments(jpeg: Uint8Array): Generator<[number, number]> {
  if (jpeg[0] !== 0xff || jpeg[1] !== START) return
  const view = viewOf(jpeg)
  let at = 2
  while (at + HEAD <= jpeg.length && jpeg[at] === 0xff && jpeg[at + 1] !== SCAN) {
    const end = at + 2 + view.getUint16(at + 2)
    if (end < at + HEAD || end > jpeg.length) return
    yield [at, end]
    at = end
  }
}

/** The picture is turned when it is drawn anew: a reader must not turn it once more. */
function upright(segment: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const view = viewOf(segment)
  const tiff = HEAD + EXIF.length
  if (segment.length < tiff + 8) return segment
  const little = view.getUint16(tiff) === 0x4949
  const directory = tiff + view.getUint32(tiff + 4, little)
  if (directory + 2 > segment.length) return segment
  const count = view.getUint16(directory, little)
  for (let entry = directory + 2; entry < directory + 2 + count * 12; entry += 12) {
    if (entry + 12 > segment.length) break
    const isOrientation = view.getUint16(entry, little) === ORIENTATION
    if (isOrientation && view.getUint16(entry + 2, little) === SHORT) view.setUint16(entry + 8, 1, little)
  }
  return segment
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
