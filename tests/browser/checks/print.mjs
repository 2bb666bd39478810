// On paper there is the text: dark on white, without what can only be clicked.
import { DESKTOP } from '../visit.mjs'

/** An A4 page between its margins, in CSS pixels. */
const PAPER = { width: 680, height: 960 }

/** Runs in the page. */
function judge() {
  const found = []
  const shown = (selector) => [...document.querySelectorAll(selector)].filter((element) => element.checkVisibility({ visibilityProperty: true }))
  for (const element of shown('nav, button, form')) found.push(`on paper: ${element.outerHTML.slice(0, 80)}`)
  if (shown('h1').length === 0) found.push('not on paper: the heading')
  const { scrollWidth, clientWidth } = document.scrollingElement
  if (scrollWidth > clientWidth) found.push(`${scrollWidth} px wide on ${clientWidth} px of paper`)
  // What scrolls on a screen is cut on paper.
  for (const element of shown('main *')) {
    const { overflowX } = getComputedStyle(element)
    if (['auto', 'scroll', 'hidden', 'clip'].includes(overflowX) && element.scrollWidth > element.clientWidth + 1) found.push(`cut on paper: ${element.outerHTML.slice(0, 80)}`)
  }
  const bright = (colour) => {
    const [red, green, blue, alpha = 1] = colour.match(/[\d.]+/g).map(Number)
    return alpha === 0 ? 1 : (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255
  }
  const { backgroundColor, color } = getComputedStyle(document.body)
  if (bright(backgroundColor) < 0.95 || bright(color) > 0.4) found.push(`${color} on ${backgroundColor}`)
  return found
}

export const print = {
  name: 'print',
  promise: 'on paper every page is its text, dark on white, also for whoever reads in the dark',
  async look({ page }) {
    await page.setViewportSize(PAPER)
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
    const found = await page.evaluate(judge)
    await page.emulateMedia({ media: 'screen', colorScheme: 'light' })
    await page.setViewportSize(DESKTOP)
    return found
  },
}
