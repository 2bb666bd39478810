// Whoever has no mouse gets everywhere, and sees where they are.

/** Runs in the page: marks what has to be reached. */
function mark() {
  const wanted = 'a[href], area[href], button, input:not([type=hidden]), select, textarea, summary, iframe, [contenteditable], [tabindex]'
  let count = 0
  for (const element of document.querySelectorAll(wanted)) {
    // Of radio buttons of one name one is a stop: the arrows reach the others.
    const radio = element.type === 'radio' && !element.checked
    if (!element.checkVisibility({ visibilityProperty: true }) || element.disabled || element.tabIndex < 0 || radio) continue
    element.dataset.stop = count++
  }
  document.activeElement?.blur()
  scrollTo(0, 0)
  return count
}

/** Runs in the page: the stop where the keyboard is, and what is wrong with how it looks. */
function stop() {
  const element = document.activeElement
  if (!element || element === document.body) return null
  const style = getComputedStyle(element)
  const outline = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1
  // Of a date or time the browser marks the part where one writes.
  const parts = ['date', 'datetime-local', 'month', 'time', 'week'].includes(element.type)
  const ring = outline || style.boxShadow !== 'none' || parts
  const [box] = element.getClientRects()
  const top = box && document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2)
  const covered = top && !element.contains(top) && !top.contains(element)
  return { number: element.dataset.stop ?? null, shown: element.outerHTML.slice(0, 90), ring, covered, away: !top }
}

export const keyboard = {
  name: 'keyboard',
  promise: 'the keyboard reaches every link and control, and where it is can be seen',
  async look({ page }) {
    const count = await page.evaluate(mark)
    const reached = new Set()
    const found = []
    // Some more than there are: scrolling boxes are stops, too.
    for (let n = 0; n < count + 20 && reached.size < count; n++) {
      await page.keyboard.press('Tab')
      const here = await page.evaluate(stop)
      if (!here) continue
      if (here.number !== null) reached.add(here.number)
      if (!here.ring) found.push(`cannot be seen at ${here.shown}`)
      if (here.covered) found.push(`is covered at ${here.shown}`)
      if (here.away) found.push(`is outside of the window at ${here.shown}`)
    }
    const missed = await page.evaluate(
      (numbers) => [...document.querySelectorAll('[data-stop]')].filter((one) => !numbers.includes(one.dataset.stop)).map((one) => one.outerHTML.slice(0, 90)),
      [...reached],
    )
    return [...new Set(found), ...missed.map((shown) => `does not reach ${shown}`)]
  },
}
