'use strict';

const SHOWN_BATCHES = 5;
const SHOWN_DOCUMENTS = 100;
const FILES_PER_UPLOAD = 500;
const BYTES_PER_UPLOAD = 200 * 1024 * 1024;

const byId = (id) => document.getElementById(id);
const plural = (number, word) => `${number} ${word}${number === 1 ? '' : 's'}`;

/** Builds an element. Text is always set as text: names and contents come from strangers. */
function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

function say(text) {
  byId('message').textContent = text;
}

async function getJson(path) {
  const response = await fetch(path, { headers: { Accept: 'application/json' } });
  if (!response.ok) {
    throw new Error(`${path} answered ${response.status}`);
  }
  return response.json();
}

/* Sending */

async function post(path, body) {
  const response = await fetch(path, { method: 'POST', body });
  const answer = await response.json().catch(() => ({}));
  const documents = answer.documents ?? [];
  const refused = documents.filter((one) => one.reason);
  if (!documents.length) {
    return `Refused: ${answer.detail ?? response.status}`;
  }
  const reasons = [...new Set(refused.map((one) => one.reason.text))].join('; ');
  return `${plural(documents.length - refused.length, 'document')} taken` + (reasons ? `, ${refused.length} not: ${reasons}` : '');
}

async function send(what, path, body) {
  say(`Sending ${what} …`);
  try {
    say(await post(path, body));
  } catch (error) {
    say(`Could not send ${what}: ${error.message}`);
  }
}

/** The server limits one request; a larger heap of files goes in several. */
function uploads(files) {
  const groups = [];
  let bytes = Infinity;
  for (const file of files) {
    if (bytes + file.size > BYTES_PER_UPLOAD || groups.at(-1).length >= FILES_PER_UPLOAD) {
      groups.push([]);
      bytes = 0;
    }
    groups.at(-1).push(file);
    bytes += file.size;
  }
  return groups;
}

async function upload(files) {
  for (const group of uploads(files)) {
    const form = new FormData();
    group.forEach((file) => form.append('files', file));
    await send(plural(group.length, 'document'), 'documents', form);
  }
}

function listen() {
  const drop = byId('drop');
  byId('upload').addEventListener('submit', async (event) => {
    event.preventDefault();
    const chosen = [...byId('files').files];
    if (chosen.length) {
      await upload(chosen);
      event.target.reset();
    } else {
      say('Choose documents first.');
    }
  });
  for (const type of ['dragover', 'dragleave', 'drop']) {
    drop.addEventListener(type, (event) => {
      event.preventDefault();
      drop.classList.toggle('over', type === 'dragover');
      if (type === 'drop') {
        upload([...event.dataTransfer.files]);
      }
    });
  }
  byId('poisons').addEventListener('click', async (event) => {
    const button = event.target.closest('button');
    if (button) {
      button.disabled = true;
      await send(button.textContent, `poison/${button.dataset.poison}`);
      button.disabled = false;
    }
  });
  byId('only-failed').addEventListener('change', (event) => {
    byId('documents').classList.toggle('only-failed', event.target.checked);
  });
}

/* Progress */

function showBatches({ totals, batches }) {
  byId('totals').textContent =
    `${plural(totals.total, 'document')} so far: ${totals.done} done, ${totals.failed} failed, ` +
    `${totals.working} with the pools, ${totals.waiting} waiting for room.`;
  const shown = batches.filter((batch) => batch.total > 0).slice(0, SHOWN_BATCHES);
  byId('no-batches').hidden = shown.length > 0;
  byId('batches').replaceChildren(...shown.map((batch) => {
    const finished = batch.done + batch.failed;
    const label = `${batch.source}: ${finished} of ${batch.total} finished, ${batch.done} done, ${batch.failed} failed`;
    return element('li', { class: 'batch', 'data-finished': finished === batch.total },
      element('span', {}, label),
      element('progress', { max: batch.total, value: finished, 'aria-label': label }));
  }));
}

/* Pools */

const seconds = (duration) => {
  const [, minutes, rest] = /^PT(?:(\d+)M)?(?:([\d.]+)S)?$/.exec(duration ?? '') ?? [];
  return `${(Number(minutes ?? 0) * 60 + Number(rest ?? 0)).toFixed(1)} s`;
};

function workerRow(worker) {
  const task = worker.task ? `task ${worker.task.id} for ${seconds(worker.task.elapsed)}` : '–';
  const exit = worker.lastExit ? worker.lastExit.message ?? worker.lastExit.reason : '–';
  return element('tr', {},
    element('th', { scope: 'row' }, String(worker.pid ?? '–')),
    element('td', {}, worker.state),
    element('td', {}, task),
    element('td', {}, String(worker.tasks)),
    element('td', {}, exit));
}

function poolCard(pool) {
  const tasks = pool.tasks;
  const ended = `${tasks.completed} completed, ${tasks.failed} failed, ${tasks.timedOut ?? 0} timed out, ` +
    `${tasks.crashed ?? 0} crashed, ${tasks.cancelled} cancelled`;
  const headings = ['Process', 'State', 'Works on', 'Ended', 'Last one here'];
  return element('article', { class: 'pool', 'data-pool': pool.name },
    element('h3', {}, pool.name, ' ', element('span', { class: 'state', 'data-state': pool.state }, pool.state)),
    element('p', {}, `Queue: ${pool.queue.size} waiting, room for ${pool.queue.remaining} more. Tasks: ${tasks.running} running, ${ended}.`),
    element('table', {},
      element('caption', { class: 'quiet' }, `Worker processes of ${pool.name}`),
      element('thead', {}, element('tr', {}, ...headings.map((text) => element('th', { scope: 'col' }, text)))),
      element('tbody', {}, ...pool.workers.map(workerRow))));
}

async function showPools() {
  const names = Object.keys((await getJson('actuator/pools')).pools);
  const pools = await Promise.all(names.map((name) => getJson(`actuator/pools/${encodeURIComponent(name)}`)));
  byId('pools').replaceChildren(...pools.map(poolCard));
}

/* Documents */

function words(entry) {
  const extract = entry.extract;
  const facts = [`${entry.size.toLocaleString()} bytes`];
  if (extract) {
    facts.push(extract.mediaType);
    if (extract.pages !== undefined && extract.pages !== null) {
      facts.push(plural(extract.pages, 'page'));
    }
  }
  return element('div', { class: 'words' },
    element('h3', {}, entry.name),
    element('p', {}, element('span', { class: 'state' }, entry.state.toLowerCase()), ` · ${facts.join(' · ')}`),
    entry.reason ? element('p', { class: 'reason' }, entry.reason.text) : null,
    extract && extract.text ? element('pre', { tabindex: '0' }, extract.text + (extract.truncated ? ' …' : '')) : null);
}

function picture(entry) {
  const preview = entry.preview;
  if (!preview) {
    return element('div', { class: 'picture quiet' });
  }
  if (preview.note) {
    return element('div', { class: 'picture quiet' }, preview.note);
  }
  const address = `documents/${encodeURIComponent(entry.id)}/preview`;
  return element('a', { class: 'picture', href: address },
    element('img', { src: address, alt: `First page of ${entry.name}`, width: preview.width, height: preview.height, loading: 'lazy' }));
}

const drawn = new Map();

/** Keeps the elements of documents that have not changed, so pictures are not loaded again and again. */
function showDocuments(entries) {
  const nodes = entries.map((entry) => {
    const before = drawn.get(entry.id);
    if (before && before.changed === entry.changed) {
      return before.node;
    }
    const node = element('li', { 'data-state': entry.state }, picture(entry), words(entry));
    drawn.set(entry.id, { node, changed: entry.changed });
    return node;
  });
  const shown = new Set(entries.map((entry) => entry.id));
  [...drawn.keys()].filter((id) => !shown.has(id)).forEach((id) => drawn.delete(id));
  const list = byId('documents');
  nodes.forEach((node, place) => {
    if (list.children[place] !== node) {
      list.insertBefore(node, list.children[place] ?? null);
    }
  });
  while (list.children.length > nodes.length) {
    list.lastElementChild.remove();
  }
}

/* The beat */

let seen = '';

async function refresh() {
  const overview = await getJson('batches');
  showBatches(overview);
  const now = JSON.stringify(overview.totals);
  if (now !== seen) {
    showDocuments(await getJson(`documents?limit=${SHOWN_DOCUMENTS}`));
    seen = now;
  }
  await showPools();
}

async function beat() {
  try {
    await refresh();
  } catch (error) {
    byId('totals').textContent = `The service does not answer: ${error.message}`;
  }
  setTimeout(beat, 1000);
}

listen();
beat();
