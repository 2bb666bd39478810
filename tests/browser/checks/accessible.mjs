// What axe-core finds at WCAG 2.2 A and AA: in light and in dark, at a desk and in the hand.
import { AXE } from '../tools.mjs'
import { DESKTOP, NARROW } from '../visit.mjs'

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa']

async function violations(page, how) {
  const found = await page.evaluate(async (tags) => (await axe.run({ runOnly: tags, resultTypes: ['violations'] })).violations, TAGS)
  return found.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${how}: ${id} at ${node.target.join(' ')}: ${node.failureSummary.replaceAll(/\s+/g, ' ')}`),
  )
}

export const accessible = {
  name: 'accessible',
  promise: 'axe-core finds no violation of WCAG 2.2 AA in light and dark, wide and narrow',
  async look({ page }) {
    await page.evaluate(AXE)
    const found = await violations(page, 'light')
    await page.emulateMedia({ colorScheme: 'dark' })
    found.push(...(await violations(page, 'dark')))
    await page.setViewportSize(NARROW)
    found.push(...(await violations(page, 'dark and narrow')))
    await page.emulateMedia({ colorScheme: 'light' })
    await page.setViewportSize(DESKTOP)
    return found
  },
}
