// The foreign tools that tests/tools installs: Debian's Chromium, playwright-core that drives it, axe-core and the Nu HTML checker.
import { execFile } from 'node:child_process'
import { accessSync, existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The top of the checkout. */
export const TOP = fileURLToPath(new URL('../../', import.meta.url))
const INSTALLED = join(TOP, 'target/tools/browser/')
if (!existsSync(join(INSTALLED, '.stamp'))) {
  throw new Error(`expected the browser's tools in ${INSTALLED}, found none; run tests/tools browser debian`)
}
const require = createRequire(INSTALLED)
const { chromium } = require('playwright-core')

/** axe-core, to be run inside a page. */
export const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')

const inPath = (name) => {
  const places = process.env.PATH.split(delimiter).map((folder) => join(folder, name))
  const found = places.find((place) => {
    try {
      accessSync(place)
      return true
    } catch {
      return false
    }
  })
  if (!found) throw new Error(`expected the command '${name}', found none; run tests/tools debian`)
  return found
}

/** A browser without a window. Its own errands to other hosts are switched off by playwright. */
export const launch = () => chromium.launch({ executablePath: inPath('chromium'), args: ['--force-color-profile=srgb'] })

/** What the Nu HTML checker says of files: its messages, each with the address of its file. */
export const nu = (files) =>
  new Promise((resolve, reject) => {
    const jar = require.resolve('vnu-jar/build/dist/vnu.jar')
    // The heap would be a quarter of the machine; it needs little.
    const options = ['-Xmx512m', '-jar', jar, '--format', 'json', '--also-check-css', '--exit-zero-always', ...files]
    execFile(inPath('java'), options, { maxBuffer: 1 << 28 }, (error, _, said) => {
      if (error) return reject(new Error(`the Nu HTML checker did not run: ${error.message}`))
      resolve(JSON.parse(said).messages)
    })
  })
