// What each role sees and what each is refused. A role that is not here is not in the demonstration county.

import { expect, look, sign_in, visit } from './pages.mjs';

const [WORK, CASES, LEADS, ALARMS, AUDIT, OFFICERS, PHONES] = ['待办', '案件', '监督事项', '告警', '查阅审计', '人员与证件', '我的终端'];
const EVERYBODY = [WORK, OFFICERS, PHONES];
const SUPERVISING = [WORK, CASES, LEADS, ALARMS, OFFICERS, PHONES];
const HANDLING = [WORK, CASES, LEADS, ALARMS, AUDIT, OFFICERS, PHONES];
/** What a closed or open case answers: its page, the forms to register, close and raise a lead on it. */
const NOTHING = { case: 404, register: 404, close: 404, lead: 404 };
const READS = { case: 200, register: 403, close: 403, lead: 403 };
const HEADS = { case: 200, register: 200, close: 200, lead: 403 };
const SUPERVISES = { case: 400, register: 400, close: 400, lead: 400 };

/** Login: parts of the navigation, answers about the case of the market bureau's station. */
const ROLES = {
  'officer-a': [[WORK, CASES, OFFICERS, PHONES], READS],
  'officer-suspended': [[WORK, CASES, OFFICERS, PHONES], NOTHING],
  'agriculture-officer': [[WORK, CASES, OFFICERS, PHONES], NOTHING],
  'unit-head': [HANDLING, HEADS],
  'principal-head': [HANDLING, HEADS],
  'other-head': [HANDLING, { ...HEADS, close: 403 }],
  'legal-reviewer': [[WORK, CASES, LEADS, OFFICERS, PHONES], READS],
  'case-reviewer': [[WORK, CASES, OFFICERS, PHONES], READS],
  'agency-admin': [[WORK, ALARMS, OFFICERS, PHONES], NOTHING],
  'department-supervisor': [SUPERVISING, SUPERVISES],
  'county-supervisor': [SUPERVISING, SUPERVISES],
  'county-leadership': [SUPERVISING, SUPERVISES],
  'training-manager': [EVERYBODY, NOTHING],
  'county-admin': [[WORK, ALARMS, OFFICERS, PHONES], NOTHING],
  'security-admin': [[WORK, ALARMS, OFFICERS, PHONES], NOTHING],
  'audit-admin': [[WORK, ALARMS, AUDIT, OFFICERS, PHONES], NOTHING],
};
/** Who may raise a lead once the purpose is said. */
const RAISE = ['department-supervisor', 'county-supervisor'];
const ADDRESSES = { [CASES]: 'cases', [LEADS]: 'leads', [ALARMS]: 'alarms', [AUDIT]: 'audit' };

async function one(chrome, base, id, login) {
  const [parts, answers] = ROLES[login];
  const page = await sign_in(chrome, base, login);
  await page.goto(`${base}/console/`);
  await look(page, `${login}-work`);
  const shown = await page.locator('nav[aria-label="主导航"] a').allTextContents();
  expect(shown.join() === parts.join(), `${login} is offered ${shown}`);
  for (const [part, address] of Object.entries(ADDRESSES)) {
    const status = (await page.goto(`${base}/console/${address}`)).status();
    expect(status === (parts.includes(part) ? 200 : 403), `${login} at ${address}: ${status}`);
  }
  if (parts.includes(AUDIT)) await visit(page, `${base}/console/audit`, `${login}-audit`);
  const paths = { case: '', register: '/act/register', close: '/act/close', lead: '/act/lead' };
  for (const [what, path] of Object.entries(paths)) {
    const status = (await page.goto(`${base}/console/cases/${id}${path}`)).status();
    expect(status === answers[what], `${login}, ${what}: ${status}`);
  }
  const offered = await page.goto(`${base}/console/cases/${id}?purpose=${encodeURIComponent('专项监督')}`);
  expect(offered.status() === (answers.case === 404 ? 404 : 200), `${login} with a purpose: ${offered.status()}`);
  if (answers === SUPERVISES) {
    const lead = (await page.goto(`${base}/console/cases/${id}/act/lead?purpose=x`)).status();
    expect(lead === (RAISE.includes(login) ? 200 : 403), `${login} raises a lead: ${lead}`);
    const close = (await page.goto(`${base}/console/cases/${id}/act/close?purpose=x`)).status();
    expect(close === 403, `${login} closes nothing: ${close}`);
  }
  await page.goto(`${base}/console/officers`);
  const colleague = page.getByRole('link', { name: '陈晓梅' });
  if ((await colleague.count()) > 0) {
    await colleague.first().click();
    await page.waitForURL('**/officers/*');
    const codes = await page.getByRole('button', { name: '生成登记码' }).count();
    expect(codes === (['agency-admin', 'county-admin'].includes(login) ? 1 : 0), `${login} is offered ${codes} codes`);
  }
  await page.context().close();
}

/** Everybody, a few at a time; the case is open. */
export async function everybody(chrome, base, id) {
  const waiting = Object.keys(ROLES);
  const desk = async () => { while (waiting.length > 0) await one(chrome, base, id, waiting.shift()); };
  await Promise.all([desk(), desk(), desk()]);
}
