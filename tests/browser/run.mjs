// The console in a real Chromium: the first run, every page, every role, every form, and what must be refused.
//
//   node run.mjs                        on SQLite, or on the empty databases that PALM_DATABASE_URL and
//                                       PALM_FIRST_DATABASE_URL name
//   node run.mjs --update-screenshots   also writes the pictures of docs/screenshots

import * as county from './county.mjs';
import { disagree, inspect } from './field.mjs';
import { browser, expect, looked, pictures, sign_in, visit, wrong } from './pages.mjs';
import { Phone, end, server } from './processes.mjs';
import { everybody } from './roles.mjs';
import { clerk } from './roster.mjs';
import { administrator, demonstration } from './start.mjs';

if (process.argv.includes('--update-screenshots')) {
  pictures.directory = new URL('../../docs/screenshots', import.meta.url).pathname;
  pictures.only = new Set(['work-1280', 'work-390', 'cases-1280', 'cases-390', 'case-1280', 'case-390', 'close-refused-390',
    'english-cases-1280', 'enrolment-code-390', 'evidence-390', 'first-run-1280', 'officers-1280', 'alarms-1280',
    'supervisor-case-1280']);
}

let [passed, failed] = [0, 0];

/** One subject. What it finds wrong, or that it cannot go on, is its failure; the next ones have their turn. */
async function subject(name, what) {
  const [before, begun] = [wrong.length, Date.now()];
  let result;
  try {
    result = await what();
  } catch (error) {
    expect(false, `${name}: ${error.stack}`);
  }
  const holds = wrong.length === before;
  if (holds) passed += 1; else failed += 1;
  console.log(`${holds ? 'ok    ' : 'FAILED'} ${name} (${((Date.now() - begun) / 1000).toFixed(1)} s)`);
  return result;
}

const chrome = await browser();
try {
  const [main, empty] = await Promise.all([
    server('county', process.env.PALM_DATABASE_URL),
    server('empty', process.env.PALM_FIRST_DATABASE_URL),
  ]);
  const { base } = main;
  await subject('the first administrator', () => administrator(chrome, empty.base, empty.first));
  await subject('the demonstration county', () => demonstration(chrome, main.first));
  await subject('wrong password and language', () => county.wrong_password(chrome, base));
  const [a, b] = [new Phone('a'), new Phone('b')];
  let first;
  const id = await subject('two phones are enrolled by their pictures', async () => {
    const admin = await sign_in(chrome, base, 'agency-admin');
    await visit(admin, `${base}/console/officers`, 'officers');
    first = await county.enrol(admin, base, 'officer-a', a);
    const mate = await county.enrol(admin, base, 'officer-b', b);
    const id = await inspect(a, b, mate);
    await disagree(a, b, id);
    return id;
  });
  await subject('as an officer', () => county.officer(chrome, base, id));
  const head = await subject('as the head of the unit', () => county.head(chrome, base, id, a));
  const record = await subject('returned by keys alone', () => county.returned(chrome, base, id));
  const watching = await subject('as the county supervisor', () => county.supervisor(chrome, base, id));
  await subject('the lead is answered and closed', () => county.answered(head, watching, base));
  await subject('as each role', () => everybody(chrome, base, id));
  await subject('a clerk imports a roster with twelve kinds of faults', () => clerk(chrome, base));
  await subject('supplemented, closed, recorded', () => county.closed(head, base, id, a, b, record));
  await subject('printed', () => county.printed(head, base, id));
  await subject('what must be refused', () => county.refused(head, base, id));
  await subject('a phone is revoked, and signing out', () => county.revoked(chrome, base, first));
  console.log(`${looked} pages looked at`);
} catch (error) {
  failed += 1;
  console.log(error.stack);
} finally {
  await chrome.close();
  end();
}
console.log(`browser: ${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
