// Makes the desk quicker. Everything works without it; it decides nothing.
'use strict';

const wait = (ms, act) => {
  let timer;
  return (...what) => {
    clearTimeout(timer);
    timer = setTimeout(() => act(...what), ms);
  };
};

const fill = (text, places) => text.replace(/\{(\w+)\}/g, (_, name) => places[name] ?? '');

// A page of the desk as a document: nothing of it runs.
const load = (url) => new Promise((resolve, reject) => {
  const request = new XMLHttpRequest();
  request.responseType = 'document';
  request.onload = () => (request.status === 200 ? resolve(request.response) : reject(new Error(String(request.status))));
  request.onerror = () => reject(new Error('no answer'));
  request.open('GET', url);
  request.send();
});

// The board: search as you type.
function search(form) {
  const input = form.querySelector('input[type=search]');
  let asked = 0;
  input.addEventListener('input', wait(250, async () => {
    const query = new URLSearchParams(new FormData(form));
    const url = `/desk?${query}`;
    const mine = ++asked;
    try {
      const page = await load(url);
      const found = page.getElementById('found');
      if (mine === asked && found) {
        document.getElementById('found').replaceChildren(...found.childNodes);
        document.querySelector('.filters').replaceChildren(...page.querySelector('.filters').childNodes);
        history.replaceState(null, '', url);
      }
    } catch {
      // The button still asks.
    }
  }));
}

// What is written and not saved, in this browser only.
class Copy {
  constructor(form) {
    this.form = form;
  }

  static PREFIX = 'desk:';

  get key() {
    return Copy.PREFIX + this.form.dataset.release;
  }

  // Not stored yet on the server: its address says nothing of it.
  get fresh() {
    return this.form.elements.namedItem('revision').value === '0';
  }

  // Empty fields say nothing: a form that comes back has more of them.
  now() {
    const pairs = [...new FormData(this.form)].filter(([name, value]) => typeof value === 'string' && value !== '' && !['tab', 'revision'].includes(name));
    return JSON.stringify(pairs);
  }

  // The copy of this release; on a new one, the last that was never saved.
  static read(key) {
    try {
      return { key, ...JSON.parse(localStorage.getItem(key)) };
    } catch {
      return { key };
    }
  }

  find() {
    const own = Copy.read(this.key);
    if (own.text || !this.fresh) return own.text ? own : null;
    const all = Object.keys(localStorage).filter((key) => key.startsWith(Copy.PREFIX)).map(Copy.read);
    return all.filter((kept) => kept.text && kept.fresh).sort((one, other) => (one.at < other.at ? 1 : -1))[0] ?? null;
  }

  keep() {
    try {
      localStorage.setItem(this.key, JSON.stringify({ at: new Date().toISOString(), fresh: this.fresh, text: this.now() }));
    } catch {
      // Private windows have no room; the text is on the screen.
    }
  }

  // It goes on as the release that it was: should it have been saved after all, there is one of it.
  become(key) {
    const [old, id] = [this.form.dataset.release, key.slice(Copy.PREFIX.length)];
    this.form.dataset.release = id;
    this.form.action = this.form.action.replace(old, id);
    for (const sender of this.form.querySelectorAll('[formaction]')) sender.formAction = sender.formAction.replace(old, id);
  }

  // Puts a kept text into the fields that are there; a file that has no row yet gets one.
  restore({ key, text }) {
    if (key !== this.key) this.become(key);
    const pairs = JSON.parse(text);
    const names = new Set(pairs.map(([name]) => name));
    for (const name of names) {
      const row = /^media\.(\d+)\.sha256$/.exec(name);
      if (row && !this.form.elements.namedItem(name)) addRow(Number(row[1]), {});
    }
    for (const field of this.form.elements) {
      if (!field.name || ['revision', 'tab', 'do', 'preview'].includes(field.name) || field.type === 'file') continue;
      const values = pairs.filter(([name]) => name === field.name).map(([, value]) => value);
      if (field.type === 'checkbox' || field.type === 'radio') field.checked = values.includes(field.value);
      else if (values.length) field.value = values[0];
      else if (field.type !== 'hidden' && field.tagName !== 'SELECT') field.value = '';
    }
    for (const row of this.form.querySelectorAll('.file')) {
      const name = row.querySelector('input[name$=".name"]');
      row.querySelector('.name bdi').textContent = name.value;
    }
  }
}

const button = (text, act) => {
  const made = document.createElement('button');
  made.type = 'button';
  made.className = 'plain';
  made.textContent = text;
  made.addEventListener('click', act);
  return made;
};

function offer(copy) {
  const notice = document.getElementById('copy');
  const kept = copy.find();
  if (!kept || kept.text === copy.now()) return;
  const line = document.createElement('p');
  const at = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: 'medium', timeStyle: 'short' });
  line.textContent = fill(notice.dataset.text, { at: at.format(new Date(kept.at)) });
  const done = () => {
    notice.hidden = true;
    document.getElementById('main').focus();
  };
  const restore = button(notice.dataset.restore, () => {
    copy.restore(kept);
    copy.keep();
    done();
    copy.form.dispatchEvent(new Event('input', { bubbles: true }));
  });
  const discard = button(notice.dataset.discard, () => {
    localStorage.removeItem(kept.key);
    done();
  });
  const actions = document.createElement('p');
  actions.className = 'actions';
  actions.append(restore, discard);
  notice.replaceChildren(line, actions);
  notice.hidden = false;
}

// What is wrong, beside the fields, while one writes.
function line(one, kind) {
  const item = document.createElement('li');
  item.className = kind;
  item.textContent = one.message;
  if (one.lang) item.lang = one.lang;
  return item;
}

function tell(form, found) {
  for (const list of form.querySelectorAll('.told')) {
    if (list.id !== 'upload-told') list.replaceChildren();
  }
  for (const wrong of form.querySelectorAll('.wrong')) wrong.classList.remove('wrong');
  for (const field of form.querySelectorAll('[aria-invalid]')) field.removeAttribute('aria-invalid');
  const rest = [];
  for (const [kind, list] of [['error', found.errors], ['warning', found.warnings]]) {
    for (const one of list) {
      const place = document.getElementById(`${one.id}-told`);
      if (place) {
        place.append(line(one, kind));
        if (kind === 'error') {
          place.closest('.field')?.classList.add('wrong');
          document.getElementById(one.id)?.setAttribute('aria-invalid', 'true');
        }
      }
      rest.push([one, kind]);
    }
  }
  const section = document.getElementById('warnings');
  section.querySelector('ul').replaceChildren(...rest.map(([one, kind]) => {
    const item = line(one, kind);
    const target = document.getElementById(one.id);
    if (!target) return item;
    const link = document.createElement('a');
    link.href = `#${one.id}`;
    link.textContent = `${one.label}: ${one.message}`;
    item.replaceChildren(link);
    return item;
  }));
  section.hidden = rest.length === 0;
}

function check(form) {
  let asked = 0;
  return wait(800, async () => {
    const mine = ++asked;
    try {
      const answer = await fetch(`/desk/releases/${form.dataset.release}/check`, { method: 'POST', body: new URLSearchParams(new FormData(form)) });
      if (answer.ok && mine === asked) tell(form, await answer.json());
    } catch {
      // It is said when saving at the latest.
    }
  });
}

// A link from the list of faults opens the tab of its language.
function openTab(target) {
  const panel = target?.closest('.panel');
  if (!panel) return;
  const tab = panel.querySelector('[name="preview"]').value;
  document.getElementById(`tab-${tab}`).checked = true;
}

// Paste: the clipboard's HTML is cleaned on the server, as a release in HTML would be.
async function paste(event) {
  const body = event.target;
  if (!body.name?.endsWith('.body')) return;
  const html = event.clipboardData.getData('text/html');
  const format = body.form.elements.namedItem(body.name.replace(/body$/, 'format'));
  const empty = body.value.trim() === '';
  if (!html || (format.value === 'text' && !empty)) return;
  event.preventDefault();
  const plain = event.clipboardData.getData('text/plain');
  let text = plain;
  let title = '';
  try {
    const answer = await fetch('/desk/paste', { method: 'POST', body: new URLSearchParams({ html }) });
    if (answer.ok) {
      const cleaned = await answer.json();
      title = cleaned.title;
      if (empty) format.value = cleaned.markdown === null ? 'html' : 'markdown';
      // Markdown takes HTML, but not the other way round.
      text = (format.value === 'markdown' && cleaned.markdown) || cleaned.html;
    }
  } catch {
    // The plain text is better than none.
  }
  body.focus();
  body.setRangeText(text, body.selectionStart, body.selectionEnd, 'end');
  const heading = body.form.elements.namedItem(body.name.replace(/body$/, 'title'));
  if (title && heading.value.trim() === '') heading.value = title;
  body.dispatchEvent(new Event('input', { bubbles: true }));
}

// Files: announced, sent straight to the store with progress, then a row for their texts.
function addRow(n, file) {
  const fragment = document.getElementById('file-row').content.cloneNode(true);
  for (const element of fragment.querySelectorAll('*')) {
    for (const attribute of ['id', 'name', 'for', 'aria-describedby']) {
      const value = element.getAttribute(attribute);
      if (value?.includes('NEW')) element.setAttribute(attribute, value.replaceAll('NEW', String(n)));
    }
  }
  const row = fragment.querySelector('.file');
  for (const [name, value] of Object.entries(file)) row.querySelector(`[name="media.${n}.${name}"]`).value = value;
  row.querySelector('.name bdi').textContent = file.name ?? '';
  row.setAttribute('aria-label', `${row.getAttribute('aria-label')} ${file.name ?? ''}`);
  document.getElementById('upload').before(row);
  return row;
}

const kinds = { jpg: 'image/jpeg', jpeg: 'image/jpeg', png: 'image/png', gif: 'image/gif', webp: 'image/webp', avif: 'image/avif', mp3: 'audio/mpeg', m4a: 'audio/mp4', mp4: 'video/mp4', webm: 'video/webm', pdf: 'application/pdf', csv: 'text/csv' };

async function digest(file) {
  const bytes = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function send(upload, file, progress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(upload.method, upload.url);
    for (const [name, value] of Object.entries(upload.headers)) {
      // The browser sets these itself.
      if (!/^(host|content-length)$/i.test(name)) request.setRequestHeader(name, value);
    }
    request.upload.onprogress = (event) => event.lengthComputable && progress(Math.floor((100 * event.loaded) / event.total));
    request.onload = () => (request.status < 300 ? resolve() : reject(new Error(String(request.status))));
    request.onerror = () => reject(new Error('no answer'));
    request.send(file);
  });
}

// Whether a picture has more than one image (PNG 3rd edition, acTL; WebP container, VP8X): in fewer pixels it would stand still.
async function moves(file, kind) {
  const begin = new TextDecoder('latin1').decode(await file.slice(0, 65536).arrayBuffer());
  if (kind === 'image/png') return begin.split('IDAT')[0].includes('acTL');
  return kind === 'image/webp' && begin.slice(12, 16) === 'VP8X' && (begin.charCodeAt(20) & 2) > 0;
}

// The same picture in fewer pixels, for the screens of readers. The file itself stays as it is.
const widths = [480, 960, 1440];

async function renditions(file, kind) {
  if (!['image/jpeg', 'image/png', 'image/webp'].includes(kind)) return [];
  const made = [];
  try {
    if (await moves(file, kind)) return [];
    const whole = await createImageBitmap(file);
    for (const width of widths.filter((one) => one < 0.8 * whole.width)) {
      const canvas = document.createElement('canvas');
      canvas.width = width;
      canvas.height = Math.round((whole.height * width) / whole.width);
      const pen = canvas.getContext('2d');
      pen.imageSmoothingQuality = 'high';
      pen.drawImage(whole, 0, 0, canvas.width, canvas.height);
      const blob = await new Promise((resolve) => canvas.toBlob(resolve, kind, 0.82));
      // A browser that cannot write this type writes another one.
      if (blob?.type === kind && blob.size < 0.8 * file.size) made.push(blob);
    }
    whole.close();
  } catch {
    // What no browser can show is sent as it is.
  }
  return made;
}

function upload(form) {
  const input = document.getElementById('upload-file');
  const bar = document.getElementById('upload-progress');
  const state = document.getElementById('upload-state');
  const told = document.getElementById('upload-told');
  // It goes by itself, and never with the form.
  input.removeAttribute('name');
  input.multiple = true;
  const store = async (file, name, type, progress) => {
    const about = { sha256: await digest(file), name, type, size: file.size };
    const answer = await fetch(`/desk/releases/${form.dataset.release}/files`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(about),
    });
    const said = await answer.json();
    if (!answer.ok) throw new Error(said.message);
    if (said.upload) await send(said.upload, file, progress);
    return about;
  };
  const one = async (file) => {
    const end = file.name.split('.').pop().toLowerCase();
    const kind = file.type || kinds[end] || 'application/octet-stream';
    const about = await store(file, file.name, kind, (percent) => {
      bar.value = percent;
      state.textContent = fill(input.dataset.sending, { name: file.name, percent });
    });
    const smaller = [];
    try {
      for (const blob of await renditions(file, kind)) {
        const { sha256, size } = await store(blob, file.name, kind, () => {});
        smaller.push(`${sha256}:${size}`);
      }
    } catch {
      // The photo is there; readers load it, or the renditions that have arrived.
    }
    about.renditions = smaller.join(' ');
    const rows = [...form.querySelectorAll('.file')].map((row) => Number(row.id.replace('media-', '')));
    const row = addRow(Math.max(-1, ...rows) + 1, about);
    state.textContent = fill(input.dataset.done, { name: file.name });
    row.querySelector('input[name*=".alt."], input[type=text]')?.focus();
    form.dispatchEvent(new Event('input', { bubbles: true }));
  };
  input.addEventListener('change', async () => {
    told.replaceChildren();
    bar.hidden = false;
    for (const file of input.files) {
      bar.value = 0;
      state.textContent = fill(input.dataset.sending, { name: file.name, percent: 0 });
      try {
        await one(file);
      } catch (failure) {
        state.textContent = '';
        const reason = failure instanceof TypeError ? '' : failure.message;
        told.append(line({ message: `${fill(input.dataset.failed, { name: file.name })} ${reason}` }, 'error'));
      }
    }
    bar.hidden = true;
    input.value = '';
  });
}

function editor(form) {
  const copy = new Copy(form);
  offer(copy);
  if ('unsaved' in form.dataset) copy.keep();
  const keep = wait(400, () => copy.keep());
  const looked = check(form);
  let changed = false;
  form.addEventListener('input', (event) => {
    if (event.target.name === 'tab') return;
    changed = true;
    keep();
    looked();
  });
  form.addEventListener('paste', paste);
  document.addEventListener('click', (event) => {
    const link = event.target.closest?.('a[href^="#"]');
    const target = link && document.getElementById(link.getAttribute('href').slice(1));
    if (!target) return;
    event.preventDefault();
    openTab(target);
    target.focus();
  });
  upload(form);
  let sure = false;
  form.addEventListener('submit', async (event) => {
    const { submitter } = event;
    if (submitter?.dataset.quiet !== undefined) return;
    if (sure) {
      changed = false;
      return;
    }
    // A page that says "no connection" in place of the text would be a bad surprise: the text is sent from here, and the page stays until the
    // answer has come. What was refused is sent once more in the usual way, for its page; nothing was saved of it.
    event.preventDefault();
    copy.keep();
    const notice = document.getElementById('offline');
    try {
      const answer = await fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form, submitter)) });
      notice.hidden = true;
      if (answer.redirected) {
        changed = false;
        location.assign(answer.url);
        return;
      }
      sure = true;
      form.requestSubmit(submitter);
    } catch {
      notice.textContent = notice.dataset.text;
      notice.hidden = false;
      notice.scrollIntoView({ block: 'nearest' });
    } finally {
      sure = false;
    }
  });
  window.addEventListener('beforeunload', (event) => {
    if (changed) {
      copy.keep();
      event.preventDefault();
    }
  });
}

// What was just saved need not be kept here. The address forgets it, too: what is written from now on survives a reload.
const here = new URL(location.href);
const release = /^\/desk\/releases\/([0-9a-f-]{36})/.exec(here.pathname);
if (release && here.searchParams.has('saved')) {
  localStorage.removeItem(`desk:${release[1]}`);
  here.searchParams.delete('saved');
  history.replaceState(null, '', here);
}
for (const form of document.querySelectorAll('[data-search]')) search(form);
const form = document.getElementById('editor');
if (form) editor(form);
// Whoever comes to a long text with the keyboard sees all of it that fits, not the line with the caret alone.
document.addEventListener('keyup', (event) => {
  const text = document.activeElement;
  if (event.key === 'Tab' && text?.matches('textarea')) text.scrollIntoView({ block: 'nearest' });
});
const errors = document.getElementById('errors');
if (errors && !errors.hidden) errors.focus();
for (const leaves of document.querySelectorAll('[data-leaves]')) {
  // Whoever leaves this browser leaves no text of the office in it.
  leaves.addEventListener('submit', () => {
    for (const key of Object.keys(localStorage)) if (key.startsWith('desk:')) localStorage.removeItem(key);
  });
}
