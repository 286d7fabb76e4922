// Without a mouse: where Tab leads, that one sees it, and what Enter and Space do.

import { PASSWORD, expect } from './pages.mjs';

/** What has the focus, and whether one sees that it has. */
function focused() {
  const element = document.activeElement;
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  const label = element.labels?.[0]?.innerText ?? '';
  return {
    text: (element.innerText || element.getAttribute('aria-label') || label).trim(),
    ringed: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    inside: box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
  };
}

/** Presses Tab until the focus is on what is called so. Everything on the way must show that it has the focus. */
export async function tab_to(page, wanted) {
  for (let steps = 0; steps < 150; steps += 1) {
    await page.keyboard.press('Tab');
    const { text, ringed, inside } = await page.evaluate(focused);
    const body = await page.evaluate(() => document.activeElement === document.body);
    expect(body || (ringed && inside), `the focus is seen on “${text}” at ${new URL(page.url()).pathname}`);
    if (text === wanted || text.startsWith(wanted)) return;
  }
  throw new Error(`Tab never reaches “${wanted}” at ${page.url()}`);
}

/** Presses a key that leads to another page; answers its status. */
export async function go(page, key) {
  const [answer] = await Promise.all([
    page.waitForNavigation(),
    page.keyboard.press(key),
  ]);
  return answer.status();
}

/** Signs in with nothing but keys. */
export async function sign_in_by_keys(page, base, login) {
  await page.goto(`${base}/console/`);
  await page.keyboard.press('Tab');
  expect((await page.evaluate(focused)).text === '跳到正文', 'the skip link comes first');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  expect((await page.evaluate(focused)).text === '登录名', 'it leads past the navigation');
  await page.keyboard.type(login);
  await page.keyboard.press('Tab');
  await page.keyboard.type(PASSWORD);
  expect((await go(page, 'Enter')) === 200, 'Enter in a field sends the form');
}

/** A head returns a record for a supplement, with nothing but keys. Answers the address of the form. */
export async function return_by_keys(page, base, login, title, reason) {
  await sign_in_by_keys(page, base, login);
  await tab_to(page, '案件');
  expect((await go(page, 'Enter')) === 200, 'the navigation opens the cases');
  await tab_to(page, '搜索');
  await page.keyboard.type(title.slice(3, 7));
  expect((await go(page, 'Enter')) === 200, 'Enter searches');
  await tab_to(page, title);
  expect((await go(page, 'Enter')) === 200, 'Enter opens the case');
  await tab_to(page, '退回补充');
  expect((await go(page, 'Enter')) === 200, 'Enter opens the form');
  const form = page.url();
  await page.locator('input[name=target]').first().evaluate((radio) => { radio.checked = false; });
  await tab_to(page, '笔录');
  await page.keyboard.press('Space');
  expect(await page.locator('input[name=target]').first().isChecked(), 'Space chooses');
  await tab_to(page, '需要补充的内容');
  await page.keyboard.type(reason);
  await tab_to(page, '确认退回补充');
  expect((await go(page, 'Space')) === 200, 'Space presses the button');
  return form;
}
