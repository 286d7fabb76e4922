// A browser, what is asked of every page, and the list of what was found wrong.

import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

export const PASSWORD = 'wushan-river-2026';
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const pictures = process.env.PICTURES;
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
if (pictures) mkdirSync(pictures, { recursive: true });

export const wrong = [];
export let looked = 0;

/** Notes what does not hold. */
export function expect(holds, what) {
  if (!holds) { wrong.push(what); console.log(`  ✗ ${what}`); }
}

export function browser() {
  const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'];
  return chromium.launch({ executablePath, args });
}

/** A page of somebody's own browser profile; whatever it logs as an error is wrong. */
export async function visitor(chrome, who) {
  const context = await chrome.newContext({ locale: 'zh-CN' });
  const page = await context.newPage();
  page.on('console', (said) => {
    // The browser itself notes refused forms; everything else is ours.
    if (said.type() === 'error' && !said.text().includes('status of 4')) expect(false, `${who}: ${said.text()}`);
  });
  page.on('dialog', (dialog) => { expect(false, `${who}: a script ran: ${dialog.message()}`); dialog.dismiss(); });
  page.on('pageerror', (error) => expect(false, `${who}: ${error.message}`));
  return page;
}

/** Asks of a page what every page promises: width, language, glyphs, axe. Takes its picture where pictures are wanted. */
export async function look(page, name) {
  looked += 1;
  for (const width of [390, 1280]) {
    await page.setViewportSize({ width, height: width === 390 ? 844 : 900 });
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(over <= 0, `${name}: scrolls sideways by ${over} at ${width}`);
    if (pictures) await page.screenshot({ path: `${pictures}/${name}-${width}.png`, fullPage: !process.env.FOLD });
  }
  await page.evaluate(`${axe};0`);
  const { violations } = await page.evaluate(() => axe.run(document));
  for (const { impact, id, nodes } of violations) {
    expect(false, `${name}: axe ${impact} ${id} ×${nodes.length}: ${nodes[0].html.slice(0, 160)}`);
  }
  expect(await page.evaluate(() => document.scripts.length === 0), `${name}: a script in the page`);
}

/** Goes to a page that must be there, and looks at it. */
export async function visit(page, url, name) {
  const answer = await page.goto(url);
  expect(answer.status() === 200, `${name}: ${answer.status()}`);
  await look(page, name);
}

/** Presses a button by its text and waits for the next page; answers its status. */
export async function press(page, text) {
  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.request().isNavigationRequest() && response.status() !== 303),
    page.locator('main').getByRole('button', { name: text, exact: true }).click(),
  ]);
  await page.waitForLoadState();
  return answer.status();
}

export async function sign_in(chrome, base, login) {
  const page = await visitor(chrome, login);
  await page.goto(`${base}/console/`);
  await page.getByLabel('登录名').fill(login);
  await page.getByLabel('密码').fill(PASSWORD);
  expect((await press(page, '登录')) === 200, `${login} signs in`);
  return page;
}
