// A browser in which nothing that a payload does goes unnoticed.

/** Runs in every frame before anything else. */
function arm() {
  const trip = (what) => globalThis.tripped(`${what} in ${location.href.slice(0, 80)}`)
  for (const name of ['alert', 'confirm', 'prompt', 'print', 'open', 'msgbox']) globalThis[name] = () => trip(`a script called ${name}`)
  document.addEventListener('securitypolicyviolation', (event) => {
    globalThis.refused(`${event.effectiveDirective} refused ${event.blockedURI} ${event.sample}`.trim())
  })
}

/** Runs in the page: what only waits for somebody to come near it; then somebody does. */
function provoke() {
  const found = []
  const harmless = ['http:', 'https:', 'mailto:', 'tel:']
  const strange = 'script:not([src]):not([type="application/ld+json"]), iframe, frame, object, embed, portal, form, svg, math, base, meta[http-equiv], style, template, dialog'
  for (const element of document.querySelectorAll(strange)) found.push(`<${element.localName}> is on the page`)
  for (const element of document.querySelectorAll('*')) {
    for (const { name, value } of element.attributes) {
      if (/^on/i.test(name)) found.push(`${name} of <${element.localName}>`)
      if (/^(href|xlink:href|src|action|formaction|data|poster|cite|background|ping)$/i.test(name)) {
        const { protocol } = new URL(value, document.baseURI)
        if (!harmless.includes(protocol)) found.push(`${name} of <${element.localName}> is ${value.slice(0, 60)}`)
      }
    }
  }
  document.addEventListener('click', (event) => event.preventDefault(), true)
  for (const element of document.querySelectorAll('main *')) {
    for (const event of ['mouseover', 'pointerenter', 'focus', 'click', 'auxclick', 'toggle', 'error', 'load', 'animationstart']) {
      element.dispatchEvent(new Event(event, { bubbles: false, cancelable: true }))
    }
  }
  return found
}

export class Tripwire {
  /**
   * `homes` are the places that pages may ask for something; the first one hears `headers`. Without `policy` nothing but the page itself is
   * in the way of a payload.
   */
  static async in(browser, homes, { policy, headers }) {
    const wire = Object.assign(new Tripwire(), { homes, tripped: [], refused: [] })
    const context = await browser.newContext({ bypassCSP: !policy })
    await context.exposeBinding('tripped', (_, what) => wire.tripped.push(what))
    await context.exposeBinding('refused', (_, what) => wire.refused.push(what))
    await context.addInitScript(arm)
    // Nothing of it gets out, whatever happens.
    await context.route(
      (url) => !homes.includes(url.origin),
      (route) => route.abort(),
    )
    if (headers) {
      const own = (url) => url.origin === homes[0]
      await context.route(own, (route, request) => route.continue({ headers: { ...request.headers(), ...headers } }))
    }
    context.on('request', (request) => {
      const { origin, protocol } = new URL(request.url())
      if (protocol !== 'data:' && !homes.includes(origin)) wire.tripped.push(`asked for ${request.url().slice(0, 80)}`)
    })
    wire.context = context
    wire.page = await context.newPage()
    wire.page.on('dialog', (dialog) => {
      wire.tripped.push(`a dialog says ${dialog.message()}`)
      dialog.dismiss().catch(() => {})
    })
    wire.page.on('frameattached', () => wire.tripped.push('a frame was put in'))
    return wire
  }

  /** Everything that tripped the wire on a page. */
  async open(url) {
    this.tripped.length = this.refused.length = 0
    await this.page.goto(url)
    const found = await this.page.evaluate(provoke)
    // What was started by the last event arrives with the next frame.
    await this.page.evaluate(() => new Promise((done) => setTimeout(done)))
    if (this.page.url() !== url) found.push(`led to ${this.page.url()}`)
    return [...this.tripped, ...found]
  }
}
