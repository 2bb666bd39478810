// Pictures of every kind of page, in English, Arabic and Chinese, light and dark, on a phone and at a desk, into target/screenshots/.
//
//   node tests/browser/screenshots.mjs            all of them; names say what they are: release.ar.dark.phone.png
//   node tests/browser/screenshots.mjs WORD...    only those whose names have one of the words
//   node tests/browser/screenshots.mjs --readme   the two that the README shows, into tests/golden/screens/
import { execFileSync } from 'node:child_process'
import { mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

import { furnish } from './releases.mjs'
import { Room, pathOf } from './room.mjs'
import { SCREENS, deskful } from './screens.mjs'
import { TOP, launch } from './tools.mjs'
import { Visit, lookout } from './visit.mjs'

const LANGUAGES = ['en', 'ar', 'zh']
const SIZES = { phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }, desktop: { viewport: { width: 1280, height: 800 } } }
/** A picture of a longer page shows its beginning. */
const LONGEST = 3000
/** What a README may weigh. */
const SMALL = 60_000
/** What it shows. */
const README = ['release-closing.en.light.desktop', 'home.ar.dark.phone']

const open = (browser, url) => async (options) => {
  const { origin } = new URL(url)
  const visit = await Visit.on(await (await lookout(browser, options)).newPage(), origin)
  return visit.open(url)
}

/** How to come to each page and screen that is there: its name, whether it is the same in all languages, and `come(language, options)`. */
async function places(browser, { room, empty, desk }) {
  const made = await furnish(room)
  const paths = {
    home: () => '',
    archive: () => 'archive/',
    month: () => 'archive/2026/03/',
    topic: () => 'topics/technology/',
    feeds: () => 'feeds/',
  }
  const pages = Object.entries(paths).map(([name, path]) => [name, (language) => `${room.site}/${language}/${path()}`])
  pages.push(['home-empty', (language) => `${empty.site}/${language}/`], ['feeds-empty', (language) => `${empty.site}/${language}/feeds/`])
  pages.push(...Object.entries(made).map(([name, release]) => [`release-${name}`, (language) => room.site + pathOf(release, language)]))
  const there = await Promise.all(pages.map(async ([, at]) => (await fetch(at('en'), { method: 'HEAD' })).ok))
  const found = pages.filter((_, n) => there[n]).map(([name, at]) => ({ name, come: (language, options) => open(browser, at(language))(options) }))
  for (const [name, path] of [['chooser', '/'], ['not-found', '/no/such/page/']]) {
    found.push({ name, alike: true, come: (_, options) => open(browser, room.site + path)(options) })
  }
  if ((await fetch(`${desk.site}/desk`)).status !== 404) {
    const office = await deskful(desk)
    for (const [name, come] of Object.entries(SCREENS)) {
      found.push({ name: `desk-${name}`, come: (language, options) => come(browser, desk, office, language, options) })
    }
  }
  return found
}

async function shoot({ page }, path) {
  await page.evaluate(() => scrollTo(0, 0))
  const { height, width } = await page.evaluate(() => ({ height: document.documentElement.scrollHeight, width: innerWidth }))
  await page.screenshot({ path, fullPage: true, clip: { x: 0, y: 0, width, height: Math.min(height, LONGEST) } })
}

const readme = process.argv.includes('--readme')
const words = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const folder = join(TOP, readme ? 'tests/golden/screens' : 'target/screenshots')
mkdirSync(folder, { recursive: true })
const wanted = (name) => (readme ? README.includes(name) : words.length === 0 || words.some((word) => name.includes(word)))
const browser = await launch()
const rooms = { room: await Room.open(), empty: await Room.open(), desk: await Room.open({ site: (text) => text.replace('four_eyes = false', 'four_eyes = true') }) }
try {
  let count = 0
  for (const { name: kind, alike, come } of await places(browser, rooms)) {
    for (const language of alike ? ['all'] : LANGUAGES) {
      for (const scheme of ['light', 'dark']) {
        for (const [size, options] of Object.entries(SIZES)) {
          const name = `${kind}.${language}.${scheme}.${size}`
          if (!wanted(name)) continue
          const path = join(folder, `${name}.png`)
          const visit = await come(language, { ...options, colorScheme: scheme })
          await shoot(visit, path)
          await visit.page.context().close()
          count++
          if (!readme) continue
          execFileSync('pngquant', ['--force', '--ext', '.png', '--speed', '1', '32', path])
          if (statSync(path).size > SMALL) throw new Error(`expected at most ${SMALL} bytes, found ${statSync(path).size} in ${path}; show less`)
        }
      }
    }
  }
  console.log(`${count} pictures in ${folder}`)
} finally {
  await Promise.all([browser, ...Object.values(rooms)].map((one) => one.close()))
}
