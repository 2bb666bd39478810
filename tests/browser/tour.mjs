// A tour of a newsroom: every page that some link leads to, looked at once by every check.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { accessible } from './checks/accessible.mjs'
import * as addresses from './checks/addresses.mjs'
import { dated } from './checks/dated.mjs'
import { keyboard } from './checks/keyboard.mjs'
import { narrow } from './checks/narrow.mjs'
import { print } from './checks/print.mjs'
import { hosts, light, policy, silent, still } from './checks/quiet.mjs'
import { plainPage, scriptless } from './checks/scriptless.mjs'
import { spoken } from './checks/spoken.mjs'
import { nu } from './tools.mjs'
import { Visit, lookout, place } from './visit.mjs'

/** In this order: the first ones tell what happened while the page was loaded. */
export const CHECKS = [silent, policy, hosts, still, light, spoken, dated, narrow, print, accessible, scriptless, keyboard]

/** What the Nu HTML checker calls an error or warns of, in pages given as `[url, html]`. */
export async function valid(pages) {
  const folder = mkdtempSync(join(tmpdir(), 'pressroom-pages-'))
  try {
    const files = pages.map(([url, text], n) => {
      const file = join(folder, `${n}.${new URL(url).pathname.endsWith('.css') ? 'css' : 'html'}`)
      writeFileSync(file, text)
      return file
    })
    const messages = await nu(files)
    // What it takes for the language of a text is a guess; `spoken` knows.
    const certain = messages.filter(({ type, subType, message }) => (type !== 'info' || subType === 'warning') && !/appears to be written in/.test(message))
    return certain.map(({ url, message, extract, lastLine }) => {
      const [page] = pages[files.findIndex((file) => url.endsWith(file))]
      return { url: page, text: `line ${lastLine}: ${message} ${extract ?? ''}`.trim() }
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Findings of a check, a line each. */
const told = (found) => found.map(({ url, text }) => `${place(url)}: ${text}`)

export class Tour {
  /** Walks from `/` over every link within the site. `also` are addresses that no link leads to. */
  static async of(browser, site, { also = [], checks = CHECKS } = {}) {
    const tour = Object.assign(new Tour(), { site, found: new Map(checks.map(({ name }) => [name, []])), heads: new Map(), files: new Set(), broken: [] })
    const page = await (await lookout(browser)).newPage()
    const visit = await Visit.on(page, site, { plain: await plainPage(browser) })
    const html = []
    const queue = [`${site}/`, ...also.map((path) => site + path)]
    const seen = new Set(queue)
    for (const url of queue) {
      await visit.open(url)
      html.push([url, visit.html])
      const head = await page.evaluate(addresses.read)
      if (visit.answer.ok()) tour.heads.set(url, head)
      for (const check of checks) {
        const texts = await check.look(visit)
        tour.found.get(check.name).push(...texts.map((text) => ({ url, text })))
      }
      for (const link of head.links) {
        const { href, origin, pathname } = Object.assign(new URL(link), { hash: '' })
        if (origin !== site || seen.has(href)) continue
        seen.add(href)
        if (pathname.endsWith('/')) {
          const answer = await fetch(href, { method: 'HEAD' })
          if (answer.ok) queue.push(href)
          else tour.broken.push({ url, text: `leads to ${href}, which answers ${answer.status}` })
        } else tour.files.add(href)
      }
    }
    for (const file of tour.files) {
      const answer = await fetch(file)
      if (!answer.ok) tour.broken.push({ url: file, text: `answers ${answer.status}` })
      if (file.endsWith('.css')) html.push([file, await answer.text()])
      else await answer.body?.cancel()
    }
    await page.context().close()
    await visit.plain.context().close()
    tour.found.set('valid', await valid(html))
    tour.found.set('addresses', addresses.judge(tour.heads))
    tour.found.set('broken', tour.broken)
    return tour
  }

  /** What a check found, a line each; nothing when all is well. Without what is `known`, as `[name, part of a line, why]`. */
  findings(name, known = []) {
    const parts = known.filter(([of]) => of === name).map(([, part]) => part)
    return told(this.found.get(name)).filter((line) => !parts.some((part) => part.test(line)))
  }

  /** The paths of all pages. */
  get paths() {
    return [...this.heads.keys()].map((url) => new URL(url).pathname)
  }
}

/** Every promise that is kept by all pages together, and the name of its findings. */
export const PROMISES = [
  ...CHECKS.map(({ name, promise }) => [name, promise]),
  ['valid', 'the Nu HTML checker finds neither error nor warning in any page or style sheet'],
  ['addresses', addresses.PROMISE],
  ['broken', 'no link within the site leads nowhere'],
]
