// A press officer at the desk. The same story can be told with a mouse, without scripts, and with the keyboard alone.
import assert from 'node:assert/strict'

import { lookout } from './visit.mjs'

/** More stops than any screen has. */
const STOPS = 400

export class Officer {
  static async at(browser, room, { keys = false, ...options } = {}) {
    const context = await lookout(browser, options)
    return Object.assign(new Officer(), { room, keys, context, page: await context.newPage() })
  }

  /** Another window of the same browser. */
  async window() {
    return Object.assign(new Officer(), { ...this, page: await this.context.newPage() })
  }

  at(path) {
    assert.equal(new URL(this.page.url()).pathname, path)
  }

  async go(path) {
    await this.page.goto(this.room.site + path)
  }

  /** Comes to a control as a reader of the keyboard does. */
  async reach(selector) {
    const wanted = await this.page.locator(selector).first().elementHandle()
    assert.ok(wanted, `nothing is at ${selector}`)
    // Of radio buttons one is a stop; the arrows lead on.
    const there = () => wanted.evaluate((element) => element === document.activeElement || (element.type === 'radio' && document.activeElement.name === element.name))
    for (let n = 0; n < STOPS && !(await there()); n++) await this.page.keyboard.press('Tab')
    assert.ok(await there(), `the keyboard does not reach ${selector}`)
    return wanted
  }

  async write(selector, text) {
    if (!this.keys) return this.page.locator(selector).fill(text)
    await this.reach(selector)
    await this.page.keyboard.press('Control+A')
    await this.page.keyboard.insertText(text)
  }

  /** A radio button or a box. */
  async choose(selector) {
    // Boxes of our own look are drawn by their labels.
    if (!this.keys) return this.page.locator(selector).check({ force: true })
    const wanted = await this.reach(selector)
    if ((await wanted.getAttribute('type')) !== 'radio') return this.page.keyboard.press('Space')
    for (let n = 0; n < 20 && !(await wanted.isChecked()); n++) await this.page.keyboard.press('ArrowRight')
    assert.ok(await wanted.isChecked(), `the arrows do not reach ${selector}`)
  }

  /** A button or a link; what follows is another screen. */
  async press(selector) {
    const { page } = this
    const next = page.waitForNavigation()
    if (this.keys) {
      await this.reach(selector)
      await page.keyboard.press('Enter')
    } else await page.locator(selector).first().click()
    await next
    await page.waitForLoadState()
  }

  async signIn(token) {
    await this.write('#token', token)
    await this.press('main form button[type=submit]')
  }

  /** What the screen says. */
  text() {
    return this.page.locator('main').innerText()
  }
}
