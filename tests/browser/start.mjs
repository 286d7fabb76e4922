// The first minutes of an installation: both ways to begin, what is typed wrongly, and that the first run closes.

import { PASSWORD, expect, look, look_twice, press, sign_in, visit, visitor } from './pages.mjs';

/** Loads the demonstration county. */
export async function demonstration(chrome, first) {
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

async function typed(page, fields) {
  // The browser's own checks stand aside: the server's must hold without them.
  await page.locator('form').first().evaluate((form) => { form.noValidate = true; });
  for (const [id, text] of Object.entries(fields)) await page.locator(`#${id}`).fill(text);
}

/** Makes the first administrator and the county, after every mistake one can make. */
export async function administrator(chrome, base, first) {
  const begun = Date.now();
  const page = await visitor(chrome, 'administrator');
  await page.goto(`${base}/console/`);
  expect(page.url().endsWith('/console/first-run'), 'an empty server leads to its first run');
  expect((await page.locator('#code-trial').inputValue()) === '', 'and tells nobody the code');
  await page.goto(first);
  const code = await page.locator('#code-trial').inputValue();
  await page.locator('#q').fill('巫山');
  expect((await press(page, '查找')) === 200, 'the county is searched for');
  await look(page, 'first-run-county');
  await page.getByRole('link', { name: '重庆市 巫山县' }).click();
  expect((await page.locator('#government').inputValue()) === '巫山县人民政府', 'the usual names are filled in');
  const right = { code, name: '马晓东', login: 'chief', password: PASSWORD, repeated: PASSWORD };
  const mistakes = [
    ['wrong-code', { code: '00000000000000000000' }, 403, 'wrong_setup_code'],
    ['two-passwords', { repeated: `${PASSWORD}x` }, 400, '两次输入的密码不一致'],
    ['short-password', { password: 'short', repeated: 'short' }, 400, 'password'],
    ['no-name', { name: '' }, 400, '姓名'],
    ['no-login', { login: '' }, 400, '登录名'],
  ];
  for (const [what, mistake, status, said] of mistakes) {
    await typed(page, { ...right, ...mistake });
    const answered = await press(page, '创建管理员');
    expect(answered === status, `${what}: ${answered}`);
    expect((await page.getByRole('alert').textContent()).includes(said), `${what}: says ${await page.getByRole('alert').textContent()}`);
    for (const id of ['code', 'name', 'login']) {
      const kept = await page.locator(`#${id}`).inputValue();
      expect(kept === ({ ...right, ...mistake })[id], `${what}: ${id} is kept: ${kept}`);
    }
    expect((await page.locator('#password').inputValue()) === '', `${what}: a password is not`);
  }
  await look(page, 'first-run-refused');
  await typed(page, right);
  expect((await press(page, '创建管理员')) === 200, 'the administrator is made');
  expect(Date.now() - begun < 60_000, `within a minute: ${Date.now() - begun} ms`);
  await look(page, 'first-run-administrator');
  const status = (await page.goto(first)).status();
  expect(status === 200 && page.url().includes('/console/sign-in'), 'the first run is closed');
  const other = await visitor(chrome, 'late');
  await other.goto(`${base}/console/sign-in`);
  const csrf = await other.locator('input[name=csrf]').inputValue();
  const late = await other.request.post(`${base}/console/first-run/administrator`, {
    form: { csrf, ...right, county: '500237', login: 'second' }, headers: { origin: base },
  });
  expect(late.status() === 409 && (await late.text()).includes('already_installed'), `nobody comes after: ${late.status()}`);
  const chief = await sign_in(chrome, base, 'chief');
  await look_twice(chief, 'administrator-work');
  await visit(chief, `${base}/console/officers`, 'administrator-officers');
  expect(await chief.getByRole('link', { name: '马晓东' }).isVisible(), 'the county has its administrator');
}
