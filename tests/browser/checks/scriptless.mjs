// Everything can be read without scripts, and nothing is offered that would need them.
import { lookout } from '../visit.mjs'

/** Runs in the page: lines of text that a reader sees, and buttons that send nothing. */
function seen() {
  const buttons = [...document.querySelectorAll('button, [role=button], input[type=button]')]
  const dead = buttons.filter((button) => button.checkVisibility({ visibilityProperty: true }) && !button.form && !button.popoverTargetElement)
  const inside = new Set(buttons.map((button) => button.innerText.trim()))
  // What is not shown at all answers with all its text.
  const text = document.body.checkVisibility() ? document.body.innerText : ''
  const lines = text.split('\n').map((line) => line.trim())
  return { lines: lines.filter((line) => line && !inside.has(line)), dead: dead.map((button) => button.outerHTML.slice(0, 80)) }
}

export const scriptless = {
  name: 'scriptless',
  promise: 'every page can be read without scripts',
  async look({ page, url, plain }) {
    const withScripts = await page.evaluate(seen)
    await plain.goto(url)
    const without = await plain.evaluate(seen)
    const lines = new Set(without.lines)
    const missing = withScripts.lines.filter((line) => !lines.has(line)).map((line) => `only with scripts: '${line.slice(0, 60)}'`)
    return [...(without.lines.length ? missing : ['nothing to read']), ...without.dead.map((button) => `does nothing: ${button}`)]
  },
}

/** A page without scripts. */
export const plainPage = async (browser) => (await lookout(browser, { javaScriptEnabled: false })).newPage()
