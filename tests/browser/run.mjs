// The console in a real Chromium: the first run, every page, every role, every form, and what must be refused.

import { CITIZEN, MARKUP, TITLE, disagree, inspect, settle, supplement } from './field.mjs';
import { PASSWORD, browser, expect, look, looked, press, sign_in, visit, visitor, wrong } from './pages.mjs';
import { Phone, end, server } from './processes.mjs';

const tell = (text) => console.log(text);

async function first_run(chrome, first) {
  tell('first run');
  const page = await visitor(chrome, 'first');
  await visit(page, first, 'first-run');
  const code = await page.locator('#code-trial').inputValue();
  await page.locator('#code-trial').fill('0000');
  await page.locator('#password-trial').fill(PASSWORD);
  expect((await press(page, '载入演示县')) === 403, 'a wrong setup code is refused');
  await page.locator('#code-trial').fill(code);
  await page.locator('#password-trial').fill(PASSWORD);
  expect((await press(page, '载入演示县')) === 200, 'the demonstration county is loaded');
  await look(page, 'first-run-done');
  await page.goto(first);
  expect(page.url().includes('/console/sign-in'), 'there is one first run');
}

async function keyboard(chrome, base) {
  tell('keyboard, language, wrong password');
  const page = await visitor(chrome, 'keyboard');
  await visit(page, `${base}/console/sign-in`, 'sign-in');
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement.className === 'skip'), 'the skip link comes first');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement.id === 'login'), 'it leads past the navigation');
  await page.keyboard.type('unit-head');
  await page.keyboard.press('Tab');
  await page.keyboard.type('not the password');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').waitFor();
  expect((await page.getByLabel('登录名').inputValue()) === 'unit-head', 'what was typed is kept');
  await look(page, 'sign-in-refused');
  await page.getByRole('link', { name: 'English' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  expect((await page.getAttribute('html', 'lang')) === 'en', 'English is said to be English');
}

async function enrol(page, base, login, phone, password) {
  await page.goto(`${base}/console/officers`);
  const name = { 'officer-a': '李建国', 'officer-b': '陈晓梅' }[login];
  await page.getByRole('link', { name }).first().click();
  const officer = page.url().split('/').pop();
  expect((await press(page, '生成登记码')) === 200, `a code for ${login}`);
  await look(page, 'enrolment-code');
  const code = await page.locator('dd code').last().textContent();
  await phone.do('connect', { server: base });
  await phone.do('enrol', { login, password, code, label: `执法终端 ${login.slice(-1).toUpperCase()}` });
  await phone.do('lease');
  await phone.do('prepare');
  return officer;
}

async function officer(chrome, base, id) {
  tell('as an officer');
  const page = await sign_in(chrome, base, 'officer-a');
  await visit(page, `${base}/console/cases`, 'officer-cases');
  await page.getByLabel('搜索').fill('神女味道');
  await press(page, '筛选');
  expect((await page.locator('tbody tr').count()) === 1, 'a search in Chinese finds the case');
  await page.getByLabel('搜索').fill('没有这个');
  await press(page, '筛选');
  expect(await page.getByText('没有符合条件的案件').isVisible(), 'and nothing else');
  await visit(page, `${base}/console/cases/${id}`, 'officer-case');
  expect((await page.getByRole('link', { name: '结案' }).count()) === 0, 'an officer is offered no closing');
  expect((await page.locator('main').textContent()).includes(CITIZEN), 'who handles a case sees whose it is');
  expect((await page.locator('main').textContent()).includes(MARKUP), 'markup is shown as text');
  await visit(page, `${base}/console/devices`, 'devices');
}

async function head(chrome, base, id, a) {
  tell('as the head of the unit');
  const page = await sign_in(chrome, base, 'unit-head');
  await visit(page, `${base}/console/cases`, 'cases');
  await page.getByRole('link', { name: TITLE }).click();
  await look(page, 'case');
  expect((await page.locator('#conflicts .side').count()) === 2, 'two values side by side');
  await page.getByRole('link', { name: '灭火器数' }).first().click();
  await look(page, 'history');
  await page.goBack();
  await page.locator('.gallery a').first().click();
  await page.locator('.viewer img').waitFor();
  expect(await page.locator('.viewer img').evaluate((image) => image.naturalWidth > 0), 'the photograph is shown');
  await look(page, 'evidence');
  await page.goto(`${base}/console/cases/${id}`);
  await page.getByRole('link', { name: '结案', exact: true }).click();
  await look(page, 'close');
  expect((await press(page, '确认结案')) === 409, 'no closing with an open conflict');
  expect((await page.getByRole('alert').textContent()).includes('conflict_open'), 'and it says why');
  await look(page, 'close-refused');
  await settle(a, id);
  await page.goto(`${base}/console/cases/${id}`);
  expect((await page.locator('#conflicts .side').count()) === 4, 'the settled conflict shows all its values');
  await page.getByRole('link', { name: '退回补充' }).click();
  await page.getByLabel('内容').fill('未询问违法行为的持续时间，\n请补充询问。');
  await look(page, 'return');
  const stale = page.url();
  expect((await press(page, '确认退回补充')) === 200, 'the record is returned');
  expect(await page.locator('.casehead').getByText('已退回待补充').isVisible(), 'and the case says so');
  await look(page, 'case-returned');
  await page.goto(stale);
  await page.getByLabel('内容').fill('再次退回');
  expect((await press(page, '确认退回补充')) === 412, 'a decision on what one no longer sees is refused');
  await page.goto(`${base}/console/cases/${id}`);
  await page.getByRole('link', { name: '结案', exact: true }).click();
  expect((await press(page, '确认结案')) === 409, 'nor before the supplement');
  return page;
}

async function supervisor(chrome, base, id) {
  tell('as the county supervisor');
  const page = await sign_in(chrome, base, 'county-supervisor');
  await visit(page, `${base}/console/cases`, 'supervisor-cases');
  const asked = await page.goto(`${base}/console/cases/${id}`);
  expect(asked.status() === 400, 'a supervisor says why');
  await look(page, 'purpose');
  await page.getByLabel('查阅目的').fill('专项监督：价格执法 & 程序');
  await press(page, '查阅');
  await look(page, 'supervisor-case');
  const text = await page.locator('main').textContent();
  expect(!text.includes(CITIZEN) && text.includes('500*************31'), 'and sees personal numbers masked');
  expect((await page.getByRole('link', { name: '退回补充' }).count()) === 0, 'and is offered no decision');
  const photo = await page.locator('.gallery a').first().getAttribute('href');
  await visit(page, base + photo, 'supervisor-evidence');
  await page.goBack();
  await page.getByRole('link', { name: '提出监督线索' }).click();
  await page.getByLabel('类别').selectOption('procedure');
  await page.getByLabel('内容').fill('询问笔录未逐页签名');
  await look(page, 'raise');
  expect((await press(page, '确认提出监督线索')) === 200, 'a lead is raised');
  await look(page, 'lead-raised');
  return page;
}

async function answered(head, supervisor, base) {
  tell('the lead is answered and closed');
  await visit(head, `${base}/console/leads`, 'leads');
  await head.locator('tbody a').first().click();
  await head.getByLabel('内容').fill('已要求补正，见补充笔录');
  await look(head, 'answer');
  expect((await press(head, '确认答复')) === 200, 'the head answers');
  await supervisor.reload();
  await supervisor.getByLabel('内容').fill('已整改，办结');
  expect((await press(supervisor, '确认办结')) === 200, 'the supervisor closes');
  await look(supervisor, 'lead-closed');
}

async function closed(page, base, id, a) {
  tell('supplemented, closed, recorded');
  await page.goto(`${base}/console/cases/${id}`);
  await page.getByRole('link', { name: '退回补充' }).click();
  await supplement(a, id, await page.locator('input[name=target]').first().inputValue());
  await page.goto(`${base}/console/cases/${id}`);
  await page.getByRole('link', { name: '备案登记' }).click();
  await look(page, 'register');
  expect((await page.getByRole('button', { name: '确认备案登记' }).count()) === 0, 'there is no decision to register');
  await page.goto(`${base}/console/cases/${id}`);
  await page.getByRole('link', { name: '结案', exact: true }).click();
  await page.getByLabel('备注').fill('未发现违法行为，结束检查');
  expect((await press(page, '确认结案')) === 200, 'the case is closed');
  expect((await page.locator('.casehead').textContent()).includes('案〔'), 'and numbered');
  await look(page, 'case-closed');
  await page.getByRole('link', { name: '案件记录' }).click();
  await look(page, 'record');
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: '下载已签名的记录' }).click(),
  ]);
  expect(file.suggestedFilename() === 'case-record.json', 'the record can be taken along');
}

async function in_english(page, base, id) {
  tell('in English');
  await page.goto(`${base}/console/cases`);
  await page.getByRole('link', { name: 'English' }).click();
  const paths = ['cases', `cases/${id}`, `cases/${id}/record`, 'officers', 'leads', 'devices'];
  for (const path of paths) await visit(page, `${base}/console/${path}`, `english-${path.split('/').pop().slice(0, 8)}`);
  await page.getByRole('link', { name: '中文' }).click();
}

async function everybody(chrome, base, id) {
  tell('as everybody else');
  const reads = ['principal-head', 'legal-reviewer', 'agency-admin', 'department-supervisor'];
  const others = ['agriculture-officer', 'officer-expired', 'officer-suspended', 'county-admin'];
  for (const login of [...reads, ...others]) {
    const page = await sign_in(chrome, base, login);
    await visit(page, `${base}/console/`, `${login}-home`);
    await visit(page, `${base}/console/officers`, `${login}-officers`);
    const answer = await page.goto(`${base}/console/cases/${id}?purpose=x`);
    const wanted = reads.includes(login) || login === 'county-admin' ? 200 : 404;
    expect(answer.status() === wanted, `${login} reads the case: ${answer.status()}`);
  }
}

async function refused(page, base, id) {
  tell('what must be refused');
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
  await look(page, 'not-found');
}

async function revoked(chrome, base, officer) {
  tell('a phone is revoked, and signing out');
  const page = await sign_in(chrome, base, 'agency-admin');
  await visit(page, `${base}/console/officers/${officer}`, 'officer');
  await page.getByRole('link', { name: '停用…' }).click();
  await page.getByLabel('事由').fill('终端遗失');
  await look(page, 'revoke');
  expect((await press(page, '确认停用')) === 200, 'the phone is revoked');
  expect(await page.getByText('已停用').isVisible(), 'and shown so');
  await page.getByRole('button', { name: '退出' }).click();
  await page.waitForURL('**/console/sign-in*');
  await page.goto(`${base}/console/officers/${officer}`);
  expect(page.url().includes('/console/sign-in'), 'whoever signed out is out');
}

const chrome = await browser();
try {
  const { base, first } = await server();
  await first_run(chrome, first);
  await keyboard(chrome, base);
  tell('two phones are enrolled');
  const admin = await sign_in(chrome, base, 'agency-admin');
  await visit(admin, `${base}/console/officers`, 'officers');
  const [a, b] = [new Phone('a'), new Phone('b')];
  const first_officer = await enrol(admin, base, 'officer-a', a, PASSWORD);
  const mate = await enrol(admin, base, 'officer-b', b, PASSWORD);
  const id = await inspect(a, b, mate);
  await disagree(a, b, id);
  await officer(chrome, base, id);
  const leader = await head(chrome, base, id, a);
  const watching = await supervisor(chrome, base, id);
  await answered(leader, watching, base);
  await closed(leader, base, id, a);
  await everybody(chrome, base, id);
  await in_english(leader, base, id);
  await refused(leader, base, id);
  await revoked(chrome, base, first_officer);
  tell(`${looked} pages looked at, ${wrong.length} things wrong`);
} finally {
  await chrome.close();
  end();
}
process.exitCode = wrong.length === 0 ? 0 : 1;
