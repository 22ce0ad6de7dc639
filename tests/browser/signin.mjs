// Plays a person at the sign-in page in headless Chromium: first login with forced enrolment and password change,
// then the second factor, recovery codes, mistakes on the way. Every view is checked with axe.
// usage: node signin.mjs <sign-in page> <user> <first password>; prints what was done, exits 1 at the first surprise.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import jsqr from 'jsqr';
import { PNG } from 'pngjs';
import { chromium } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const [page0, user, firstPassword] = process.argv.slice(2);
const newPassword = 'Another-Good-Pass-42';

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
const surprises = [];

async function newPerson() {
  const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  page.on('pageerror', error => surprises.push(`page error: ${error.message}`));
  page.on('console', message => {
    // Refused answers are part of the play; everything else, a violated content policy above all, is not.
    if (message.type() === 'error' && !/status of (400|401|429)/.test(message.text())) surprises.push(`console: ${message.text()}`);
  });
  page.on('request', request => {
    const { hostname, protocol } = new URL(request.url());
    if (protocol !== 'data:' && hostname !== 'localhost' && hostname !== '127.0.0.1') surprises.push(`foreign request: ${request.url()}`);
  });
  return page;
}

const heading = (page, text) => page.getByRole('heading', { name: text, exact: true }).waitFor();
const problem = (page, text) => page.getByRole('alert').filter({ hasText: text }).waitFor();

async function accessible(page, view) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  assert.deepEqual(violations.map(v => `${v.id}: ${v.nodes.map(n => n.target).join(' ')}`), [], `accessibility of ${view}`);
  console.log(`seen: ${view}`);
}

function base32(text) {
  let bits = '';
  for (const c of text) bits += 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0');
  return Buffer.from(bits.match(/.{8}/g).map(b => parseInt(b, 2)));
}

function totp(secret, step) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', base32(secret)).update(counter).digest();
  return ((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1_000_000).toString().padStart(6, '0');
}

const currentStep = () => Math.floor(Date.now() / 30_000);

async function scan(page) {
  const { data, width, height } = PNG.sync.read(await page.getByRole('img', { name: 'QR code' }).screenshot());
  return jsqr(new Uint8ClampedArray(data), width, height)?.data;
}

async function toLogin(page) {
  await page.goto(page0);
  await heading(page, 'Sign in');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByLabel('E-mail').waitFor();
}

async function login(page, password) {
  await toLogin(page);
  await page.getByLabel('E-mail').fill(user);
  await page.getByLabel('Password').fill(password);
  await page.keyboard.press('Enter');
}

try {
  // The first login: a second factor and a new password are due.
  const page = await newPerson();
  await page.goto(page0);
  await heading(page, 'Sign in');
  await accessible(page, 'start');
  await toLogin(page);
  assert.equal(await page.evaluate(() => document.activeElement.id), 'email', 'the first field has the focus');
  await accessible(page, 'login');
  await page.keyboard.type(user);
  await page.keyboard.press('Tab');
  await page.keyboard.type('wrong');
  await page.keyboard.press('Enter');
  await problem(page, 'Invalid credentials');
  await accessible(page, 'login refused');
  await page.getByLabel('Password').fill(firstPassword);
  await page.keyboard.press('Enter');
  await heading(page, 'Second factor');
  await accessible(page, 'enrol');
  await page.getByRole('button', { name: 'Set it up' }).click();
  await page.getByLabel('Code that the app shows now').waitFor();
  await accessible(page, 'confirm enrolment');
  const lost = await page.locator('[data-text="secret"]').textContent();
  await page.reload(); // the key is gone with the page: there is a new one
  await page.getByRole('button', { name: 'Set it up' }).click();
  await page.getByLabel('Code that the app shows now').waitFor();
  const secret = await page.locator('[data-text="secret"]').textContent();
  assert.notEqual(secret, lost);
  const scanned = new URL(await scan(page));
  assert.equal(scanned.searchParams.get('secret'), secret, 'the QR code carries the key');
  await page.getByLabel('Code that').fill('000000');
  await page.keyboard.press('Enter');
  await problem(page, 'Invalid');
  const enrolledAt = currentStep();
  await page.getByLabel('Code that').fill(totp(secret, enrolledAt));
  await page.keyboard.press('Enter');
  await heading(page, 'Recovery codes');
  await accessible(page, 'recovery codes');
  const codes = await page.getByRole('listitem').allTextContents();
  assert.equal(codes.length, 10);
  await page.getByRole('button', { name: 'I have kept them' }).click();
  await heading(page, 'New password');
  await accessible(page, 'change password');
  // The page was loaded again since the login, so the password must be typed.
  await page.getByLabel('Current password').fill(firstPassword);
  await page.getByLabel('New password', { exact: true }).fill(newPassword);
  await page.getByLabel('New password again').fill('something else');
  await page.keyboard.press('Enter');
  await problem(page, 'differ');
  await page.getByLabel('New password', { exact: true }).fill('short');
  await page.getByLabel('New password again').fill('short');
  await page.keyboard.press('Enter');
  await problem(page, 'at least 12 characters');
  await page.getByLabel('New password', { exact: true }).fill(newPassword);
  await page.getByLabel('New password again').fill(newPassword);
  await page.keyboard.press('Enter');
  await heading(page, 'Signed in');
  await accessible(page, 'signed in');
  await page.getByText(user).waitFor();
  assert.ok(!page.url().includes('Token'), 'tokens do not stay in the address');
  const token = await page.getByLabel('Access token').inputValue();
  await page.getByRole('button', { name: 'Copy' }).click();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), token);
  console.log(`token: ${token}`);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await heading(page, 'Signed out');
  await accessible(page, 'signed out');

  // A second browser: the second factor is asked for; a code is no good twice, a recovery code is, once.
  const other = await newPerson();
  await login(other, newPassword);
  await heading(other, 'Second factor');
  await accessible(other, 'second factor');
  await other.getByLabel('Code of your').fill('123');
  await other.keyboard.press('Enter');
  await problem(other, 'Invalid credentials');
  await other.getByLabel('Code of your').fill(codes[3]);
  await other.keyboard.press('Enter');
  await heading(other, 'Signed in');

  const third = await newPerson();
  await login(third, newPassword);
  await heading(third, 'Second factor');
  await third.getByLabel('Code of your').fill(codes[3]);
  await third.keyboard.press('Enter');
  await problem(third, 'Invalid credentials');
  await third.getByLabel('Code of your').fill(totp(secret, enrolledAt + 1));
  while (currentStep() < enrolledAt) await new Promise(resolve => setTimeout(resolve, 200));
  await third.keyboard.press('Enter');
  await heading(third, 'Signed in');

  // What others send here: an error of the issuer, an interaction that does not exist.
  const lostPerson = await newPerson();
  await lostPerson.goto(`${page0}?oauthError=access_denied&oauthErrorDescription=%3Cb%3ENo%3C%2Fb%3E`);
  await problem(lostPerson, '<b>No</b>');
  await lostPerson.goto(`${page0}/oauth?interaction=nonsense`);
  await heading(lostPerson, 'Begin again');
  await accessible(lostPerson, 'expired');
  await lostPerson.getByRole('button', { name: 'Begin again' }).click();
  await lostPerson.getByLabel('E-mail').waitFor();

  // Narrow, and dark.
  await lostPerson.setViewportSize({ width: 320, height: 600 });
  await lostPerson.emulateMedia({ colorScheme: 'dark' });
  await accessible(lostPerson, 'login, narrow and dark');
  assert.ok(await lostPerson.evaluate(() => document.documentElement.scrollWidth <= 320), 'no sideways scrolling');

  assert.deepEqual(surprises, []);
} finally {
  await browser.close();
}
