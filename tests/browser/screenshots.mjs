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
import { TOP, launch } from './tools.mjs'
import { Visit, lookout } from './visit.mjs'

const LANGUAGES = ['en', 'ar', 'zh']
const SCHEMES = ['light', 'dark']
const SIZES = { phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }, desktop: { viewport: { width: 1280, height: 800 } } }
/** A picture of a longer page shows its beginning. */
const LONGEST = 3000
/** What a README may weigh. */
const SMALL = 60_000

/** Pages by name: those of today's newsroom that are there. */
async function pages(room, made, empty) {
  const releases = Object.entries(made).map(([name, release]) => [`release-${name}`, (language) => room.site + pathOf(release, language)])
  const others = {
    home: (language) => `${room.site}/${language}/`,
    archive: (language) => `${room.site}/${language}/archive/`,
    month: (language) => `${room.site}/${language}/archive/2026/03/`,
    topic: (language) => `${room.site}/${language}/topics/technology/`,
    feeds: (language) => `${room.site}/${language}/feeds/`,
    'home-empty': (language) => `${empty.site}/${language}/`,
    'feeds-empty': (language) => `${empty.site}/${language}/feeds/`,
  }
  const found = [...Object.entries(others), ...releases]
  const there = await Promise.all(found.map(async ([, at]) => (await fetch(at('en'), { method: 'HEAD' })).ok))
  const alike = { chooser: () => `${room.site}/`, 'not-found': () => `${room.site}/no/such/page/` }
  return [...found.filter((_, n) => there[n]), ...Object.entries(alike)]
}

async function shoot(page, url, path) {
  const { origin } = new URL(url)
  await (await Visit.on(page, origin)).open(url)
  await page.unrouteAll()
  const { height, width } = await page.evaluate(() => ({ height: document.documentElement.scrollHeight, width: innerWidth }))
  await page.screenshot({ path, fullPage: true, clip: { x: 0, y: 0, width, height: Math.min(height, LONGEST) } })
}

const readme = process.argv.includes('--readme')
const words = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const folder = join(TOP, readme ? 'tests/golden/screens' : 'target/screenshots')
mkdirSync(folder, { recursive: true })
const [browser, room, empty] = await Promise.all([launch(), Room.open(), Room.open()])
try {
  const list = await pages(room, await furnish(room), empty)
  let count = 0
  const wanted = (name) => (readme ? ['release-closing.en.light.desktop', 'home.ar.dark.phone'].includes(name) : words.length === 0 || words.some((word) => name.includes(word)))
  for (const [size, options] of Object.entries(SIZES)) {
    for (const scheme of SCHEMES) {
      const page = await (await lookout(browser, { ...options, colorScheme: scheme })).newPage()
      for (const [kind, at] of list) {
        const alike = at('en') === at('ar')
        for (const language of alike ? ['all'] : LANGUAGES) {
          const name = `${kind}.${language}.${scheme}.${size}`
          if (!wanted(name)) continue
          const path = join(folder, `${name}.png`)
          await shoot(page, at(language), path)
          count++
          if (!readme) continue
          execFileSync('pngquant', ['--force', '--ext', '.png', '--speed', '1', '48', path])
          if (statSync(path).size > SMALL) throw new Error(`expected at most ${SMALL} bytes, found ${statSync(path).size} in ${path}; show less`)
        }
      }
      await page.context().close()
    }
  }
  console.log(`${count} pictures in ${folder}`)
} finally {
  await Promise.all([browser.close(), room.close(), empty.close()])
}
