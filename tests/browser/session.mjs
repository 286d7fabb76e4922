// Sessions as browsers have them: links from other sites, two windows, going back, a session that ends while one types.

import { createServer } from 'node:http';

import { PASSWORD, expect, look, look_twice, press, sign_in, visitor } from './pages.mjs';

/** Another site: the same machine under another name is another site to a browser. */
async function elsewhere(links) {
  const page = `<!DOCTYPE html><meta charset="utf-8"><title>another site</title>${links.map((link, place) => `<p><a id="l${place}" href="${link}">${link}</a></p>`).join('')}`;
  const server = createServer((_, answer) => answer.setHeader('content-type', 'text/html').end(page));
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  return { at: `http://localhost:${server.address().port}/`, end: () => server.close() };
}

/** Fills in the page to sign in that is shown. */
async function sign_in_here(page, login) {
  await page.getByLabel('登录名').fill(login);
  await page.getByLabel('密码').fill(PASSWORD);
  return press(page, '登录');
}

async function sign_out(page, base) {
  await page.goto(`${base}/console/devices`);
  await page.getByRole('button', { name: '退出' }).click();
  await page.waitForURL('**/console/sign-in*');
}

async function links(chrome, base) {
  const site = await elsewhere([`${base}/console/alarms?size=20`, `${base}/console/officers`]);
  const page = await sign_in(chrome, base, 'unit-head');
  await page.goto(site.at);
  await page.locator('#l0').click();
  await page.waitForURL('**/console/alarms?size=20');
  expect(await page.getByRole('heading', { name: '告警' }).isVisible(), 'signed in, a link from another site works');
  await sign_out(page, base);
  await page.goto(site.at);
  await page.locator('#l1').click();
  await page.waitForURL('**/console/sign-in*');
  expect((await sign_in_here(page, 'unit-head')) === 200, 'signed out, the right password is right');
  expect(page.url() === `${base}/console/officers`, `and leads to the page that was asked for: ${page.url()}`);
  await page.goBack();
  await page.waitForURL('**/console/officers');
  expect(true, 'going back to the page to sign in leads on');
  // A browser that keeps even the cookies back that may travel: the form is asked for once more, and then works.
  const stranger = await visitor(chrome, 'without cookies');
  await stranger.goto(`${base}/console/sign-in?next=%2fconsole%2falarms`);
  await stranger.context().clearCookies();
  await sign_in_here(stranger, 'unit-head');
  expect(await stranger.getByText('请再登录一次').isVisible(), 'whose browser lost its cookies is told');
  await look(stranger, 'sign-in-once-more');
  await sign_in_here(stranger, 'unit-head');
  expect(stranger.url().endsWith('/console/alarms'), 'and the second time it works');
  await stranger.context().close();
  site.end();
  return page;
}

async function windows(chrome, base) {
  const one = await visitor(chrome, 'two windows');
  const two = await one.context().newPage();
  await one.goto(`${base}/console/sign-in?next=%2fconsole%2fleads`);
  await two.goto(`${base}/console/sign-in?next=%2fconsole%2falarms`);
  expect((await sign_in_here(one, 'unit-head')) === 200 && one.url().endsWith('/console/leads'), 'the first window signs in');
  expect((await sign_in_here(two, 'unit-head')) === 200 && two.url().endsWith('/console/alarms'), 'and so does the second');
  await two.getByRole('link', { name: 'English' }).click();
  await two.getByRole('heading', { name: 'Alarms' }).waitFor();
  await one.reload();
  expect((await one.getAttribute('html', 'lang')) === 'en', 'the language is that of the browser');
  await one.getByRole('link', { name: '中文' }).click();
  await one.getByRole('button', { name: '退出' }).click();
  await one.waitForURL('**/console/sign-in*');
  await two.getByRole('button', { name: 'Sign out' }).click();
  await two.waitForURL('**/console/sign-in*');
  expect((await two.getByRole('heading', { name: '登录' }).count()) === 1, 'who signed out in another window is out here too');
  await one.context().close();
}

/** A head types while the session ends, and somebody else signs in meanwhile. */
async function typing(chrome, base, lead) {
  const text = '经核查，当事人已当场整改，标价签补齐，照片附后。'.repeat(60).slice(0, 1300);
  const page = await sign_in(chrome, base, 'unit-head');
  await page.goto(lead);
  await page.getByLabel('内容').fill(text);
  const other = await page.context().newPage();
  await sign_out(other, base);
  expect((await sign_in_here(other, 'principal-head')) === 200, 'somebody else signs in in another window');
  expect((await press(page, '确认答复')) === 409, 'what was typed is not sent in another name');
  expect(!(await page.locator('main').textContent()).includes(text.slice(0, 40)), 'nor shown to the other');
  await look(page, 'other-account');
  await sign_out(other, base);
  await page.goto(lead);
  expect(page.url().includes('/console/sign-in'), 'signed out');
  await sign_in_here(page, 'unit-head');
  expect((await page.getByLabel('内容').inputValue()) === text, 'its author has it in the form again');
  await look_twice(page, 'unsent');
  // And once more, with nobody else there.
  await sign_out(other, base);
  expect((await press(page, '确认答复')) === 200, 'the session ended');
  expect(await page.getByText('您刚才填写的内容已保留').isVisible(), 'and it is said that nothing is lost');
  await look(page, 'sign-in-kept');
  await sign_in_here(page, 'unit-head');
  expect(page.url() === lead && (await page.getByLabel('内容').inputValue()) === text, '1,300 characters are there');
  await page.goto(`${base}/console/work`);
  expect(await page.getByRole('link', { name: '继续填写' }).first().isVisible(), 'and they are listed');
  await page.context().close();
}

/** `lead` is the address of a lead that waits for an answer. */
export async function sessions(chrome, base, lead) {
  const page = await links(chrome, base);
  await page.context().close();
  await windows(chrome, base);
  await typing(chrome, base, lead);
}
