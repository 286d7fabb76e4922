// A browser, what is asked of every page, and the list of what was found wrong.

import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

export const PASSWORD = 'wushan-river-2026';
const WIDTHS = [390, 1280];
/** Nothing here waits for a time, so this is only how long a busy machine may take for one step. */
const TIMEOUT_MS = 90_000;
/** A picture for the documents shows at most so much of a page. */
const TALLEST = 1500;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--lang=zh-CN'];

/** Every form is sent and every answer looked at, but what depends on no database is not looked at again. */
const BRIEF = process.env.BRIEF === '1';
/** Where pictures go, and which; set by `run.mjs`. */
export const pictures = { directory: process.env.PICTURES, only: undefined };
if (pictures.directory) mkdirSync(pictures.directory, { recursive: true });

export const wrong = [];
export let looked = 0;

/** Notes what does not hold. */
export function expect(holds, what) {
  if (!holds) { wrong.push(what); console.log(`  ✗ ${what}`); }
}

export function browser() {
  return chromium.launch({ executablePath, args: FLAGS, timeout: TIMEOUT_MS });
}

/** A page of somebody's own browser profile; whatever it logs as an error is wrong. */
export async function visitor(chrome, who) {
  const context = await chrome.newContext({ locale: 'zh-CN' });
  context.setDefaultTimeout(TIMEOUT_MS);
  const page = await context.newPage();
  page.on('console', (said) => {
    // The browser itself notes refused forms; everything else is ours.
    if (said.type() === 'error' && !said.text().includes('status of 4')) expect(false, `${who}: ${said.text()}`);
  });
  page.on('dialog', (dialog) => { expect(false, `${who}: a script ran: ${dialog.message()}`); dialog.dismiss(); });
  page.on('pageerror', (error) => expect(false, `${who}: ${error.message}`));
  return page;
}

/* What follows runs inside the page. */

/** Chinese characters of the page that are drawn like a character that no font has. */
function tofu() {
  const canvas = Object.assign(document.createElement('canvas'), { width: 24, height: 24 });
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  const drawn = (text) => {
    pen.clearRect(0, 0, 24, 24);
    pen.font = `20px ${getComputedStyle(document.body).fontFamily}`;
    pen.textBaseline = 'top';
    pen.fillText(text, 1, 1);
    return pen.getImageData(0, 0, 24, 24).data.join();
  };
  const [nothing, box] = [drawn(' '), drawn('\uE83A')];
  const used = new Set((document.body.innerText + document.title).match(/\p{Script=Han}/gu) ?? []);
  const alike = drawn('巫') === drawn('峡');
  return [...used].filter((letter) => alike || [nothing, box].includes(drawn(letter))).join('');
}

/** Texts in Chinese that an English page does not say to be Chinese. */
function untranslated() {
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const text = walk.currentNode.textContent.trim();
    const element = walk.currentNode.parentElement;
    if (/\p{Script=Han}/u.test(text) && element.closest('[lang]').lang === 'en') found.push(text.slice(0, 40));
  }
  for (const element of document.querySelectorAll('[aria-label],[placeholder],[data-label]')) {
    for (const name of ['aria-label', 'placeholder', 'data-label']) {
      if (/\p{Script=Han}/u.test(element.getAttribute(name) ?? '')) found.push(element.getAttribute(name));
    }
  }
  return [...new Set(found)];
}

/** By how much the page is too wide. */
function sideways() {
  const root = document.documentElement;
  return root.scrollWidth - root.clientWidth;
}

/** Asks of the page as it stands what every page promises: width, glyphs, language, order of focus, axe. */
async function check(page, name, language) {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: width === 390 ? 844 : 900 });
    const over = await page.evaluate(sideways);
    expect(over <= 0, `${name}: scrolls sideways by ${over} at ${width}`);
    await picture(page, name, width);
  }
  expect((await page.getAttribute('html', 'lang')) === language, `${name}: says it is in ${language}`);
  const other = language === 'en' ? '中文' : 'English';
  expect((await page.locator('.switch', { hasText: other }).count()) === 1, `${name}: leads to ${other}`);
  const missing = await page.evaluate(tofu);
  expect(missing === '', `${name}: no glyph for ${missing}`);
  if (language === 'en') {
    const texts = await page.evaluate(untranslated);
    expect(texts.length === 0, `${name}: Chinese in the English page: ${texts.slice(0, 5).join(' | ')}`);
  }
  const plain = await page.evaluate(() => document.scripts.length === 0 && !document.querySelector('[tabindex]:not([tabindex="0"]):not([tabindex="-1"])'));
  expect(plain, `${name}: a script, or an order of focus of its own`);
  await page.evaluate(`${axe};0`);
  const { violations } = await page.evaluate(() => axe.run(document));
  for (const { impact, id, nodes } of violations) {
    expect(false, `${name}: axe ${impact} ${id} ×${nodes.length}: ${nodes[0].html.slice(0, 160)}`);
  }
}

async function picture(page, name, width) {
  const { directory, only } = pictures;
  if (!directory || (only && !only.has(`${name}-${width}`))) return;
  // Pictures further down are loaded as they come into view.
  await page.evaluate(async () => {
    const late = [...document.images].filter((image) => { image.loading = 'eager'; return !image.complete; });
    await Promise.all(late.map((image) => image.decode().catch(() => {})));
  });
  const height = Math.min(await page.evaluate(() => document.documentElement.scrollHeight), only ? TALLEST : 20_000);
  const clip = { x: 0, y: 0, width, height };
  await page.screenshot({ path: `${directory}/${only ? 'console-' : ''}${name}-${width}.png`, fullPage: true, clip });
}

/** Looks at a page that only a form leads to, in the language that it has. */
export async function look(page, name) {
  looked += 1;
  if (BRIEF) return;
  await check(page, name, await page.getAttribute('html', 'lang'));
}

async function speak(page, base, language) {
  await page.context().addCookies([{ name: 'palm-language', value: language, url: base, sameSite: 'Strict', httpOnly: true }]);
}

/** Looks at a page that has an address, in both languages. */
export async function look_twice(page, name) {
  looked += 1;
  if (BRIEF) return;
  await check(page, name, 'zh-CN');
  const { origin } = new URL(page.url());
  await speak(page, origin, 'en');
  await page.reload();
  await check(page, `english-${name}`, 'en');
  await speak(page, origin, 'zh-CN');
  await page.reload();
}

/** Goes to a page that must be there, and looks at it in both languages. */
export async function visit(page, url, name) {
  const answer = await page.goto(url);
  expect(answer.status() === 200, `${name}: ${answer.status()}`);
  await look_twice(page, name);
}

/** Presses a button by its text and waits for the next page; answers its response. */
async function answer_to(page, text) {
  const [answer] = await Promise.all([
    page.waitForNavigation(),
    page.locator('main').getByRole('button', { name: text, exact: true }).click(),
  ]);
  return answer;
}

/** Presses a button by its text and waits for the next page; answers its status. */
export async function press(page, text) {
  return (await answer_to(page, text)).status();
}

export async function sign_in(chrome, base, login, password = PASSWORD) {
  const page = await visitor(chrome, login);
  await page.goto(`${base}/console/`);
  await page.getByLabel('登录名').fill(login);
  for (let tries = 0; tries < 5; tries += 1) {
    await page.getByLabel('密码').fill(password);
    const answer = await answer_to(page, '登录');
    if (answer.status() === 200) return page;
    // Everybody here comes from one address, which the server slows down; it says when to come again.
    const seconds = Number(answer.headers()['retry-after']);
    console.log(`  ${login} is asked to wait: ${answer.status()}, ${seconds} s`);
    if (!(seconds > 0)) break;
    await page.waitForTimeout(seconds * 1000);
  }
  expect(false, `${login} signs in`);
  return page;
}
