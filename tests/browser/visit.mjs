// One look at one page in the browser: what it said, asked for and moved while it was loaded.

/** As readers have it at a desk and in the hand. */
export const DESKTOP = { width: 1280, height: 800 }
/** The narrowest that WCAG 2.2 asks for (1.4.10). */
export const NARROW = { width: 320, height: 640 }
/** For one step; machines are shared. */
const PATIENCE = 15_000
/** How much later than the page its pictures come: what makes room only when they are there is seen to move. */
const LATE = 150

/** Runs in the page before anything else does. */
function watch() {
  globalThis.shifts = []
  globalThis.violations = []
  const where = (node) => (node?.nodeType === 1 ? `<${node.localName}${node.className ? ` class="${node.className}"` : ''}>` : 'text')
  new PerformanceObserver((list) => {
    for (const shift of list.getEntries()) {
      shifts.push(`${shift.value.toFixed(4)} by ${shift.sources.map(({ node }) => where(node)).join(', ') || 'something'}`)
    }
  }).observe({ type: 'layout-shift', buffered: true })
  document.addEventListener('securitypolicyviolation', (event) => {
    violations.push(`${event.effectiveDirective} refused ${event.blockedURI} ${event.sample}`.trim())
  })
}

/** A place to look at pages from, with what every page needs. */
export async function lookout(browser, options = {}) {
  const steady = { viewport: DESKTOP, colorScheme: 'light', reducedMotion: 'reduce', locale: 'en-GB', timezoneId: 'UTC' }
  const context = await browser.newContext({ ...steady, ...options })
  await context.addInitScript(watch)
  context.setDefaultTimeout(PATIENCE)
  return context
}

/** Where a page is, without where it was looked at. */
export const place = (url) => {
  const { pathname, search } = new URL(url)
  return decodeURI(pathname) + search
}

export class Visit {
  /** Only of `site`, and of its `friends`, a page may ask anything. */
  constructor(page, site, friends) {
    Object.assign(this, { page, site, console: [], requests: [], strangers: [] })
    page.on('console', (message) => {
      // Whether there is one is not ours to say.
      const icon = message.location().url.endsWith('/favicon.ico')
      if (['error', 'warning'].includes(message.type()) && !icon) this.console.push(message.text())
    })
    page.on('pageerror', (error) => this.console.push(`${error}`))
    page.on('request', (request) => {
      const { origin, protocol } = new URL(request.url())
      if (protocol !== 'data:') this.requests.push(request)
      if (![site, ...friends].includes(origin) && protocol !== 'data:') this.strangers.push(request.url())
    })
  }

  /** Sets a page up for looks at a site. `plain` is a page without scripts. */
  static async on(page, site, { plain, friends = [] } = {}) {
    await page.route(
      (address) => ![site, ...friends].includes(address.origin),
      (route) => route.abort(),
    )
    await page.route(/\/media\//, async (route) => {
      await new Promise((resolve) => setTimeout(resolve, LATE))
      await route.continue().catch(() => {})
    })
    return Object.assign(new Visit(page, site, friends), { plain })
  }

  open = (url) => this.arrive(() => this.page.goto(url))

  /** Comes to a page by something that answers with its response. */
  async arrive(by) {
    const { page } = this
    Object.assign(this, { console: [], requests: [], strangers: [] })
    this.answer = await by()
    await page.waitForLoadState()
    this.url = page.url()
    this.html = await this.answer.text()
    // Pictures further down come when somebody scrolls there.
    await page.evaluate(async () => {
      for (let y = 0; y < Math.min(document.documentElement.scrollHeight, 20_000); y += innerHeight) {
        scrollTo(0, y)
        await new Promise(requestAnimationFrame)
      }
      scrollTo(0, 0)
      const loaded = (image) => image.complete || new Promise((done) => (image.onload = image.onerror = done))
      await Promise.all([...document.images].map(loaded))
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
    })
    this.language = await page.evaluate(() => document.documentElement.lang)
    return this
  }
}
