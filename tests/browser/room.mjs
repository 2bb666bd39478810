// The local program as a process of its own, on free ports and a new folder; and what an office says to its API.
import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'

import { TOP } from './tools.mjs'

const SAMPLE = join(TOP, 'functions/local/src/sample/site.toml')
/** Machines are shared, and a debug build is slow. */
const PATIENCE = 120_000

const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer().on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })

export class Room {
  /** Starts one. `site` changes the text of the sample's site.toml. */
  static async open({ site } = {}) {
    const program = process.env.PRESSROOM_PROGRAM ?? join(TOP, 'target/debug/pressroom')
    if (!existsSync(program)) throw new Error(`expected the program ${program}, found none; run cargo build --workspace --bins`)
    const folder = mkdtempSync(join(tmpdir(), 'pressroom-browser-'))
    const options = ['serve', '--json', '--no-sample', '--s3-listen', '127.0.0.1:0', '--data', join(folder, 'data')]
    // With a file of its own the address has to be known beforehand.
    const port = site ? await freePort() : 0
    if (site) {
      const file = join(folder, 'site.toml')
      writeFileSync(file, site(readFileSync(SAMPLE, 'utf8').replace('http://127.0.0.1:8080', `http://127.0.0.1:${port}`)))
      options.push('--site', file)
    }
    const child = spawn(program, [...options, '--listen', `127.0.0.1:${port}`], { stdio: ['ignore', 'pipe', 'pipe'] })
    const stop = () => child.kill()
    process.once('exit', stop)
    child.once('exit', () => process.removeListener('exit', stop))
    let said = ''
    child.stderr.on('data', (data) => (said += data))
    const first = await new Promise((resolve) => {
      createInterface(child.stdout).once('line', resolve)
      child.once('exit', () => resolve(null))
    })
    if (first === null) throw new Error(`the press room did not start: ${said}`)
    return Object.assign(new Room(), JSON.parse(first), { program, child, folder, awaited: new Map() })
  }

  async close() {
    const gone = new Promise((resolve) => this.child.once('exit', resolve))
    if (this.child.exitCode === null && this.child.kill()) await gone
    rmSync(this.folder, { recursive: true, force: true })
  }

  /** A token for somebody else, made as an admin makes it. */
  colleague(name, role) {
    const said = execFileSync(this.program, ['token', 'create', name, '--role', role, '--json', '--data', join(this.folder, 'data')], { encoding: 'utf8' })
    return JSON.parse(said).token
  }

  /** Status and document of an answer of the API. */
  async call(method, path, body, headers = {}) {
    const request = { method, headers: { authorization: `Bearer ${this.token}`, ...headers } }
    if (body !== undefined) {
      request.body = JSON.stringify(body)
      request.headers['content-type'] ??= 'application/json'
    }
    const answer = await fetch(this.site + path, request)
    return { status: answer.status, body: await answer.json() }
  }

  async #saved(method, path, body, headers) {
    const { status, body: saved } = await this.call(method, path, body, headers)
    if (status >= 300) throw new Error(`${method} ${path} was refused (${status}): ${JSON.stringify(saved)}`)
    if (['published', 'withdrawn'].includes(saved.status)) this.awaited.set(saved.id, saved.revision)
    return saved
  }

  /** Posts a release. What lint says is not what these tests are about. */
  post = (release) => this.#saved('POST', '/v1/releases?override=a+test', release)
  /** The next revision. */
  save = (id, revision, release) => this.#saved('PUT', `/v1/releases/${id}?override=a+test`, release, { 'if-match': `"${revision}"` })
  /** A change of status. */
  step = (id, name, body = {}) => this.#saved('POST', `/v1/releases/${id}/${name}`, body)

  /** Sends a file as an office does: announced, then straight to S3. Answers what a release says of it. */
  async send(id, name, type, bytes) {
    const file = { sha256: createHash('sha256').update(bytes).digest('hex'), name, type, size: bytes.length }
    const { status, body } = await this.call('POST', `/v1/releases/${id}/media`, file)
    if (status >= 300) throw new Error(`${name} was not taken (${status}): ${JSON.stringify(body)}`)
    if (!body.stored) {
      const sent = await fetch(body.upload.url, { method: body.upload.method, headers: body.upload.headers, body: bytes })
      if (!sent.ok) throw new Error(`${name} did not arrive (${sent.status}): ${await sent.text()}`)
    }
    return file
  }

  /** Waits until everything that was published is public. The change log is written last: it promises all the rest. */
  async settled() {
    const start = Date.now()
    for (;;) {
      const told = new Map()
      let page = `${this.site}/changes/head.json`
      while (page) {
        const log = await (await fetch(page)).json()
        for (const { release, revision } of log.changes) told.set(release, Math.max(revision, told.get(release) ?? 0))
        page = log.previous
      }
      const late = [...this.awaited].filter(([id, revision]) => (told.get(id) ?? 0) < revision)
      if (late.length === 0) return
      if (Date.now() - start > PATIENCE) throw new Error(`${late.length} releases never became public, such as ${late[0][0]}`)
      await sleep(100)
    }
  }
}

/** The path of a release's page in a language. */
export const pathOf = ({ path: { year, month, slug } }, language) => `/${language}/${year}/${String(month).padStart(2, '0')}/${slug}/`
