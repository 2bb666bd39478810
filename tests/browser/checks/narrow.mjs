// Nobody has to scroll to the side (WCAG 2.2, 1.4.10).
import { DESKTOP, NARROW } from '../visit.mjs'

export const narrow = {
  name: 'narrow',
  promise: 'no page is wider than a screen of 320 px',
  async look({ page }) {
    await page.setViewportSize(NARROW)
    const found = await page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.scrollingElement
      if (scrollWidth <= clientWidth) return []
      const wide = [...document.body.querySelectorAll('*')].filter((element) => {
        const { left, right } = element.getBoundingClientRect()
        return left < -1 || right > clientWidth + 1
      })
      const shown = wide.slice(0, 3).map((element) => element.outerHTML.slice(0, 80))
      return [`${scrollWidth} px wide: ${shown.join(' ')}`]
    })
    await page.setViewportSize(DESKTOP)
    return found
  },
}
