// The sign-in page for installations without a Console: plays the interaction of the embedded issuer
// (login, second factor, password change) and shows who signed in.
import { generate } from './lean-qr.js';

const api = document.querySelector('meta[name="controller-api"]').content;
const interaction = new URLSearchParams(location.search).get('interaction');
const headings = {
  start: 'Sign in', login: 'Sign in', mfa: 'Second factor', enroll: 'Second factor', 'confirm-enroll': 'Second factor',
  'recovery-codes': 'Recovery codes', 'change-password': 'New password', 'signed-in': 'Signed in', 'signed-out': 'Signed out',
  expired: 'Begin again',
};

/** An answer that is not a success. */
class Refusal extends Error {
  constructor(status, body) {
    super(body?.message ?? body?.error ?? `The Controller answered ${status}`);
    this.status = status;
    this.name = body?.name ?? 'Error';
  }
}

async function call(method, path, { body, token } = {}) {
  const headers = {};
  if (body) headers['Content-Type'] = 'application/json';
  if (token) headers.Authorization = `Bearer ${token}`;
  let answer;
  try {
    answer = await fetch(`${api}/api/v3/user/${path}`, { method, headers, body: body && JSON.stringify(body), cache: 'no-store' });
  } catch {
    throw new Error('The Controller cannot be reached');
  }
  const text = await answer.text();
  let json = null;
  try {
    json = text ? JSON.parse(text) : null;
  } catch { /* an answer of something in between */ }
  if (!answer.ok) throw new Refusal(answer.status, json);
  return json;
}

const step = (suffix, body) => call('POST', `interaction/${encodeURIComponent(interaction)}/${suffix}`, { body });

/** Puts a view on the page and the focus where the person goes on. */
function show(name, texts = {}) {
  const view = document.getElementById('view');
  view.replaceChildren(document.getElementById(name).content.cloneNode(true));
  const heading = document.getElementById('heading');
  heading.textContent = headings[name];
  document.title = `${headings[name]} · Controller`;
  problem('');
  for (const [key, text] of Object.entries(texts)) view.querySelector(`[data-text="${key}"]`).textContent = text;
  (view.querySelector('input') ?? heading).focus();
  return view;
}

function problem(text) {
  document.getElementById('problem').textContent = text;
}

/** Runs what a person asked for, once at a time, and says what went wrong. */
function guarded(control, work) {
  return async event => {
    event?.preventDefault();
    if (control.disabled) return;
    control.disabled = true;
    problem('');
    try {
      await work();
    } catch (error) {
      if (error instanceof Refusal && error.status === 401 && error.name === 'AuthenticationError') show('expired');
      else problem(error.message);
    } finally {
      control.disabled = false;
      bind();
    }
  };
}

function onSubmit(view, work) {
  const form = view.querySelector('form');
  form.addEventListener('submit', guarded(form.querySelector('button'), () => work(Object.fromEntries(new FormData(form)))));
}

function onClick(view, name, work) {
  const button = view.querySelector(`[data-do="${name}"]`);
  button.addEventListener('click', guarded(button, work));
}

const authorize = () => location.assign(`${api}/api/v3/user/oauth/authorize`);

/** The button that begins again is the same in every view. */
function bind() {
  const button = document.querySelector('[data-do="authorize"]');
  if (button) button.onclick = authorize;
}

/** What was typed at the first step saves typing it again at a later one; it never leaves this page. */
let password = '';

const steps = {
  login() {
    onSubmit(show('login'), async fields => {
      password = fields.password;
      await go(await step('login', fields));
    });
  },
  mfa() {
    onSubmit(show('mfa'), async ({ code }) => go(await step('mfa', { code: code.trim() })));
  },
  enroll() {
    onClick(show('enroll'), 'enroll', async () => confirm(await step('enroll')));
  },
  // Begun before the page was loaded again: the key is gone, so there will be a new one.
  'confirm-enroll': () => steps.enroll(),
  'change-password'() {
    const view = show('change-password');
    if (password) view.querySelector('[name="currentPassword"]').value = password;
    onSubmit(view, async ({ currentPassword, newPassword, again }) => {
      if (newPassword !== again) throw new Error('The new passwords differ');
      await go(await step('change-password', { currentPassword, newPassword }));
    });
  },
  async complete() {
    password = '';
    location.assign((await step('complete')).redirectTo);
  },
};

const go = state => (steps[state.step] ?? steps.login)();

function confirm({ secret, otpauthUrl }) {
  const view = show('confirm-enroll', { secret });
  draw(view.querySelector('svg'), generate(otpauthUrl));
  onSubmit(view, async ({ code }) => {
    const state = await step('confirm-enroll', { code: code.replaceAll(' ', '') });
    const codes = show('recovery-codes');
    codes.querySelector('ol').replaceChildren(...state.recoveryCodes.map(text => {
      const item = document.createElement('li');
      item.textContent = text;
      return item;
    }));
    onClick(codes, 'continue', () => go(state));
  });
}

function draw(svg, code) {
  const margin = 4;
  const squares = [];
  for (let y = 0; y < code.size; y++) {
    for (let x = 0; x < code.size; x++) {
      if (code.get(x, y)) squares.push(`M${x + margin} ${y + margin}h1v1h-1z`);
    }
  }
  svg.setAttribute('viewBox', `0 0 ${code.size + 2 * margin} ${code.size + 2 * margin}`);
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', squares.join(''));
  svg.replaceChildren(path);
}

async function signedIn(token) {
  const profile = await call('GET', 'profile', { token });
  const view = show('signed-in', { name: profile.preferred_username ?? profile.email ?? profile.sub });
  const field = view.querySelector('textarea');
  field.value = token;
  onClick(view, 'copy', async () => {
    field.select();
    await navigator.clipboard.writeText(token);
  });
  onClick(view, 'sign-out', async () => {
    await call('POST', 'logout', { token });
    show('signed-out');
  });
}

async function begin() {
  const delivered = new URLSearchParams(location.hash.slice(1));
  const query = new URLSearchParams(location.search);
  if (delivered.has('accessToken')) {
    history.replaceState(null, '', location.pathname); // tokens do not stay in the address bar or the history
    await signedIn(delivered.get('accessToken'));
  } else if (interaction) {
    await go(await call('GET', `interaction/${encodeURIComponent(interaction)}`));
  } else {
    show('start');
    if (query.has('oauthError')) problem(query.get('oauthErrorDescription') ?? query.get('oauthError'));
  }
}

guarded({ disabled: false }, begin)();
