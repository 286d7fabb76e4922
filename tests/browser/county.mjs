// The demonstration county at work: phones are enrolled, a case is handled, led, supervised and closed.

import jsqr from 'jsqr';
import { PNG } from 'pngjs';

import { CITIZEN, MARKUP, TITLE, settle, supplement, too_late } from './field.mjs';
import { return_by_keys } from './keyboard.mjs';
import { PASSWORD, expect, look, look_twice, press, sign_in, visit, visitor } from './pages.mjs';
import { sessions } from './session.mjs';

/** A wrong password, the language, and that the browser remembers it. */
export async function wrong_password(chrome, base) {
  const page = await visitor(chrome, 'wrong_password');
  await visit(page, `${base}/console/sign-in`, 'sign-in');
  await page.getByLabel('登录名').fill('unit-head');
  await page.getByLabel('密码').fill('not the password');
  expect((await press(page, '登录')) === 401, 'a wrong password is refused');
  expect((await page.getByLabel('登录名').inputValue()) === 'unit-head', 'what was typed is kept');
  await look(page, 'sign-in-refused');
  await page.getByRole('link', { name: 'English' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.getByLabel('Login').fill('legal-reviewer');
  await page.getByLabel('Password').fill(PASSWORD);
  await press(page, 'Sign in');
  expect((await page.getAttribute('html', 'lang')) === 'en', 'the language stays when one signs in');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  const second = await page.context().newPage();
  await second.goto(`${base}/console/sign-in`);
  expect((await second.getAttribute('html', 'lang')) === 'en', 'and in the next window');
  await second.getByRole('link', { name: '中文' }).click();
  await second.getByRole('heading', { name: '登录' }).waitFor();
}

/** The content of the QR code. */
async function scanned(page) {
  const { data, width, height } = PNG.sync.read(await page.locator('.qr').screenshot());
  return jsqr(new Uint8ClampedArray(data), width, height)?.data ?? '';
}

/** Enrols a phone by what it reads in the picture. */
export async function enrol(page, base, login, phone) {
  await page.goto(`${base}/console/officers`);
  const name = { 'officer-a': '李建国', 'officer-b': '陈晓梅' }[login];
  await page.getByRole('link', { name }).first().click();
  await page.waitForURL('**/officers/*');
  const officer = page.url().split('/').pop();
  expect((await press(page, '生成登记码')) === 200, `a code for ${login}`);
  await look(page, 'enrolment-code');
  const text = await scanned(page);
  const [scheme, query] = text.split('?');
  expect(scheme === 'palm-enrol:1', `the picture says ${text}`);
  const said = new URLSearchParams(query);
  expect(said.get('server') === base, `the server is ${said.get('server')}`);
  const typed = await page.locator('dd code').last().textContent();
  expect(/^[0-9A-Z]{10}$/.test(typed), `ten characters to be typed: ${typed}`);
  // One phone has a camera; on the other the code is typed as people type.
  const code = login === 'officer-a' ? said.get('code') : ` ${typed.slice(0, 5)}-${typed.slice(5).toLowerCase()}`;
  await phone.do('connect', { server: said.get('server') });
  const label = `执法终端 ${login.slice(-1).toUpperCase()}`;
  await phone.do('enrol', { login, password: PASSWORD, code, label });
  await phone.do('lease');
  await phone.do('prepare');
  await page.goto(`${base}/console/officers/${officer}`);
  expect(await page.getByText(label).first().isVisible(), `${label} is enrolled`);
  return officer;
}

export async function officer(chrome, base, id) {
  const page = await sign_in(chrome, base, 'officer-a');
  await look_twice(page, 'officer-work');
  expect(await page.getByRole('link', { name: TITLE }).isVisible(), 'the case waits for its officer');
  expect(await page.getByText('记录不一致待处理 1').isVisible(), 'and says what for');
  await visit(page, `${base}/console/cases`, 'officer-cases');
  await page.getByLabel('搜索').fill('神女味道');
  await press(page, '筛选');
  expect((await page.locator('tbody tr').count()) === 1, 'a search in Chinese finds the case');
  await page.getByLabel('搜索').fill('没有这个');
  await press(page, '筛选');
  expect(await page.getByText('没有符合条件的案件').isVisible(), 'and nothing else');
  await look(page, 'cases-empty');
  await visit(page, `${base}/console/cases/${id}`, 'officer-case');
  expect((await page.getByRole('link', { name: '结案' }).count()) === 0, 'an officer is offered no closing');
  expect((await page.locator('main').textContent()).includes(CITIZEN), 'who handles a case sees whose it is');
  expect((await page.locator('main').textContent()).includes(MARKUP), 'markup is shown as text');
  await visit(page, `${base}/console/devices`, 'devices');
}

async function photograph(page) {
  await page.locator('.gallery').getByRole('link', { name: '大堂无价格公示牌' }).click();
  await page.locator('.viewer img').waitFor();
  const seen = () => page.locator('.viewer img').evaluate((image) => image.decode().then(() => image.naturalWidth > 0, () => false));
  expect(await seen(), 'the photograph is shown');
  await look_twice(page, 'evidence');
  await page.getByRole('link', { name: '放大到原始尺寸' }).click();
  await page.locator('.viewer .full img').waitFor();
  expect(await seen(), 'and in its own size');
  await look_twice(page, 'evidence-full');
}

export async function head(chrome, base, id, a) {
  const page = await sign_in(chrome, base, 'unit-head');
  await look_twice(page, 'work');
  await visit(page, `${base}/console/cases`, 'cases');
  await page.getByRole('link', { name: TITLE }).click();
  await look_twice(page, 'case');
  expect((await page.locator('#conflicts .side').count()) === 2, 'two values side by side');
  expect((await page.locator('#signatures tbody tr').count()) === 2, 'who signed');
  expect((await page.locator('#signatures').getByText('终端签名有效').count()) === 2, 'and that it was checked');
  const hand = await page.locator('#signatures svg.hand').boundingBox();
  expect(hand && hand.width > 60 && hand.height > 20, `the handwriting is drawn: ${JSON.stringify(hand)}`);
  expect((await page.locator('#signatures svg.hand path').count()) > 20, 'stroke by stroke');
  await page.getByRole('link', { name: '灭火器数' }).first().click();
  await look_twice(page, 'history');
  await page.goto(`${base}/console/cases/${id}`);
  await photograph(page);
  await page.goto(`${base}/console/cases/${id}`);
  await page.getByRole('link', { name: '结案', exact: true }).click();
  await look_twice(page, 'close');
  await page.getByLabel('备注').fill('检查完毕');
  expect((await press(page, '确认结案')) === 409, 'no closing with an open conflict');
  expect((await page.getByRole('alert').textContent()).includes('conflict_open'), 'and it says why');
  expect((await page.getByLabel('备注').inputValue()) === '检查完毕', 'what was typed is kept');
  await look(page, 'close-refused');
  await settle(a, id);
  await page.goto(`${base}/console/cases/${id}`);
  expect((await page.locator('#conflicts .side').count()) === 4, 'the settled conflict shows all its values');
  expect(await page.getByText('处理结果：').isVisible(), 'and who settled it');
  return page;
}

/** The head returns the record by keys alone; a second head who has not seen it is told so. */
export async function returned(chrome, base, id) {
  const other = await sign_in(chrome, base, 'principal-head');
  await other.goto(`${base}/console/cases/${id}`);
  await other.getByRole('link', { name: '退回补充' }).click();
  const record = await other.locator('input[name=target]').first().inputValue();
  await other.getByLabel('内容').fill('请补充证据来源');
  const page = await visitor(chrome, 'keys');
  await return_by_keys(page, base, 'unit-head', TITLE, 'ask how long it lasted');
  expect(await page.locator('.casehead').getByText('已退回待补充').isVisible(), 'and the case says so');
  await look_twice(page, 'case-returned');
  expect((await press(other, '确认退回补充')) === 412, 'a decision on what one no longer sees is refused');
  expect((await other.getByLabel('内容').inputValue()) === '请补充证据来源', 'and loses nothing typed');
  await look(other, 'return-stale');
  const [now] = await Promise.all([other.waitForEvent('popup'), other.getByRole('link', { name: '在新窗口查看案卷现状' }).click()]);
  expect(await now.getByText('已退回待补充').first().isVisible(), 'and shows the case as it is now');
  await now.close();
  await other.getByLabel('我已重新查看案卷').check();
  expect((await press(other, '确认退回补充')) === 409, 'who has read it again decides on what it is now');
  expect((await other.getByRole('alert').textContent()).includes('already_returned'), 'which is returned already');
  await page.goto(`${base}/console/cases/${id}`);
  await page.getByRole('link', { name: '结案', exact: true }).click();
  expect((await press(page, '确认结案')) === 409, 'nor is it closed before the supplement');
  return record;
}

export async function supervisor(chrome, base, id) {
  const page = await sign_in(chrome, base, 'county-supervisor');
  await visit(page, `${base}/console/cases`, 'supervisor-cases');
  const asked = await page.goto(`${base}/console/cases/${id}`);
  expect(asked.status() === 400, 'a supervisor says why');
  await look_twice(page, 'purpose');
  await page.getByLabel('查阅目的').fill('专项监督：价格执法 & 程序');
  await press(page, '查阅');
  await look_twice(page, 'supervisor-case');
  const text = await page.locator('main').textContent();
  expect(!text.includes(CITIZEN) && text.includes('500*************31'), 'and sees personal numbers masked');
  expect((await page.getByRole('link', { name: '结案' }).count()) === 0, 'a supervisor closes nothing');
  await page.getByRole('link', { name: '提出监督事项' }).click();
  await page.getByLabel('类别').selectOption('procedure');
  await page.getByLabel('内容').fill(`未见亮证时间与入场时间的先后，请说明 ${MARKUP}`);
  await look(page, 'lead');
  expect((await press(page, '确认提出监督事项')) === 200, 'the lead is raised');
  await look_twice(page, 'lead-raised');
  await sessions(chrome, base, page.url());
  return page;
}

export async function answered(head, supervisor, base) {
  await head.goto(`${base}/console/work`);
  expect((await head.locator('#h-leads ~ ul li').count()) === 1, 'the lead waits for the head');
  await visit(head, `${base}/console/leads`, 'leads');
  await head.locator('tbody a').first().click();
  await head.getByLabel('内容').fill('已要求补正，见补充笔录');
  await look(head, 'answer');
  expect((await press(head, '确认答复')) === 200, 'the head answers');
  await supervisor.reload();
  await supervisor.getByLabel('内容').fill('已整改，办结');
  expect((await press(supervisor, '确认办结')) === 200, 'the supervisor closes');
  await look_twice(supervisor, 'lead-closed');
}

export async function closed(page, base, id, a, b, record) {
  await page.goto(`${base}/console/cases/${id}`);
  expect((await page.getByRole('link', { name: '退回补充' }).count()) === 0, 'a record that was returned is not returned again');
  await supplement(a, id, record);
  await page.goto(`${base}/console/cases/${id}`);
  expect((await page.getByRole('link', { name: '备案登记' }).count()) === 0, 'no button leads to an empty page');
  await page.goto(`${base}/console/cases/${id}/act/register`);
  await look(page, 'register');
  expect((await page.getByRole('button', { name: '确认备案登记' }).count()) === 0, 'there is no decision to register');
  await page.goto(`${base}/console/work`);
  expect(await page.getByText(/可以结案|结案前核对/).first().isVisible(), 'the case is ready to close, and the head is told');
  await page.goto(`${base}/console/cases/${id}`);
  await page.getByRole('link', { name: '结案', exact: true }).click();
  await page.getByLabel('备注').fill('未发现违法行为，结束检查');
  await too_late(b, id, async () => expect((await press(page, '确认结案')) === 200, 'the case is closed'));
  expect((await page.locator('.casehead').textContent()).includes('案〔'), 'and numbered');
  await look_twice(page, 'case-closed');
  const late = page.url();
  await visit(page, `${base}/console/alarms`, 'alarms');
  expect(await page.getByRole('link', { name: TITLE }).isVisible(), 'what came after the closing is an alarm about the case');
  await page.goto(late);
  await page.getByRole('link', { name: '案卷记录（结案凭证）' }).click();
  await look_twice(page, 'record');
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: '下载已签名的记录' }).click(),
  ]);
  expect(file.suggestedFilename() === 'case-record.json', 'the record can be taken along');
}

/** The file of a case on paper: nothing cut off, no navigation, every rule with its words. */
export async function printed(page, base, id) {
  await page.goto(`${base}/console/cases/${id}`);
  await page.emulateMedia({ media: 'print' });
  await page.setViewportSize({ width: 680, height: 960 });
  const hidden = await page.locator('.top, .acts, .toc, form').evaluateAll((parts) => parts.every((part) => !part.offsetParent));
  expect(hidden, 'what one presses is not printed');
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(over <= 0, `the paper is wide enough: ${over}`);
  const pdf = await page.pdf({ preferCSSPageSize: true });
  const pages = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0;
  expect(pages >= 1 && pages <= 12, `a small case has ${pages} pages`);
  if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/print.png`, fullPage: true });
  await page.emulateMedia({ media: null });
}

export async function refused(page, base, id) {
  const form = { text: 'x', csrf: '0'.repeat(64), seen: '0'.repeat(64) };
  for (const [what, headers] of [
    ['without a token', { origin: base }],
    ['from another origin', { origin: 'https://evil.example' }],
    ['without an origin', {}],
  ]) {
    const answer = await page.request.post(`${base}/console/cases/${id}/act/close`, { form, headers });
    expect(answer.status() === 403, `a form ${what}: ${answer.status()}`);
  }
  const missing = await page.goto(`${base}/console/cases/${'0'.repeat(64)}`);
  expect(missing.status() === 404, 'a case that is not there');
  await look_twice(page, 'not-found');
}

export async function revoked(chrome, base, whose) {
  const page = await sign_in(chrome, base, 'agency-admin');
  const answer = await page.goto(`${base}/console/cases`);
  expect(answer.status() === 403, 'an administrator reads no case');
  await look_twice(page, 'forbidden');
  await visit(page, `${base}/console/alarms`, 'alarms');
  await visit(page, `${base}/console/officers/${whose}`, 'officer');
  await page.getByRole('link', { name: '停用…' }).click();
  expect(await page.getByText('李建国 · ').isVisible(), 'whose phone it is is said');
  await page.getByLabel('事由').fill('终端遗失');
  await look_twice(page, 'revoke');
  await page.getByLabel('事由').fill('终端遗失');
  expect((await press(page, '确认停用')) === 200, 'the phone is revoked');
  expect(await page.getByText('已停用').isVisible(), 'and shown so');
  await page.getByRole('button', { name: '退出' }).click();
  await page.waitForURL('**/console/sign-in*');
  await page.goto(`${base}/console/officers/${whose}`);
  expect(page.url().includes('/console/sign-in'), 'signing out ends the session');
}
