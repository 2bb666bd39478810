// Photos that need no photographer: a PNG is written from a function of its points.
import { crc32, deflateSync } from 'node:zlib'

const chunk = (name, data) => {
  const out = Buffer.alloc(12 + data.length)
  out.writeUInt32BE(data.length)
  out.write(name, 4, 'latin1')
  data.copy(out, 8)
  out.writeUInt32BE(crc32(out.subarray(4, 8 + data.length)), 8 + data.length)
  return out
}

const png = (width, height, depth, colour, rows, between = []) => {
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width)
  head.writeUInt32BE(height, 4)
  head[8] = depth
  head[9] = colour
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')
  return Buffer.concat([signature, chunk('IHDR', head), ...between, chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))])
}

/** A quay in the evening: sky, sun, sea, and a wall with posts. */
export const quay = (width, height) => {
  const rows = Buffer.alloc(height * (1 + 3 * width))
  const horizon = 0.55 * height
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const sun = Math.hypot(x - 0.7 * width, y - 0.42 * height) < 0.07 * Math.min(width, height)
      const wall = y > 0.82 * height
      const post = y > 0.72 * height && (x * 12) / width - Math.floor((x * 12) / width) < 0.12
      const down = y / height
      const wave = Math.round(10 * Math.sin(y / 3 + 2 * Math.sin(x / 40)))
      const sky = [250 - 90 * down, 190 - 40 * down, 120 + 90 * down]
      const sea = [40 + wave, 90 + wave, 120 + wave]
      const point = sun ? [255, 240, 200] : wall || post ? [70, 64, 60] : y < horizon ? sky : sea
      point.forEach((value, n) => (rows[y * (1 + 3 * width) + 1 + 3 * x + n] = value))
    }
  }
  return png(width, height, 8, 2, rows)
}

/** As a camera makes it: no point like the one before, so that fewer of them are fewer bytes. */
export const grain = (width, height, between) => {
  const rows = Buffer.alloc(height * (1 + 3 * width))
  // Xorshift (Marsaglia, 2003): what a packer cannot foresee.
  let state = 2463534242
  for (let n = 0; n < rows.length; n++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    rows[n] = n % (1 + 3 * width) === 0 ? 0 : state & 255
  }
  return png(width, height, 8, 2, rows, between)
}

/** One that says it moves: it has two images (PNG, third edition, acTL), the second of which is still to come. */
export const moving = (width, height) => grain(width, height, [chunk('acTL', Buffer.from([0, 0, 0, 2, 0, 0, 0, 0]))])

/** Black and white stripes: as many points as somebody wants, in few bytes. */
export const stripes = (width, height) => {
  const row = Buffer.alloc(1 + Math.ceil(width / 8), 0xf0)
  row[0] = 0
  return png(width, height, 1, 0, Buffer.concat(Array(height).fill(row)))
}

/** The smallest PDF that says what it is. */
export const PDF = Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n')
