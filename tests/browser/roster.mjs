// A clerk with a roster as offices keep it: twelve kinds of faults, each mended by what the page says, and a clean register
// in the end.

import { readFileSync } from 'node:fs';

import { expect, look, look_twice, press, sign_in } from './pages.mjs';

const HEAD = ['姓名', '所属单位', '身份证号码', '行政执法证编号', '执法类别', '发证日期', '有效期至'];
const STATION = '高唐市场监督管理所';
const VALID = ['市场监管', '2024.5.6', '2029年5月5日'];
const row = (name, agency, citizen = '', number = '', rest = ['', '', '']) => [name, agency, citizen, number, ...rest];

/** As the office sent it: two good rows, and one row for each kind of fault. */
const SENT = [
  row('向春梅', STATION, '', '22370009101', VALID),
  row('龚家乐', '大昌市场监督管理所'),
  row('', STATION),
  row('谭?英', STATION),
  row('罗小兵', ''),
  row('秦开元', '高唐市场监管所'),
  row('易水寒', STATION, '5.00237E+17'),
  row('柳青青', STATION, '110101199003070004'),
  row('雷震', STATION, '', '2.2370E+10', VALID),
  row('梅子', STATION, '', '22370009102', ['', '2024-5-6', '2029-5-5']),
  row('方正', STATION, '', '22370009103', ['市场监管', '3/1/2024', '2029-5-5']),
  row('常青', STATION, '', '22370009104', ['市场监管', '2024-5-6', '长期']),
  row('易安', STATION, '', '22370009105', ['市场监管', '2024-5-6', '2023-5-5']),
  row('冒名', STATION, '', '22370001002', VALID),
];

/** What the clerk writes into a cell: from the sentence where it says it, otherwise from the papers of the office. */
function mended(column, text, cells) {
  const papers = { 姓名: '谭秀英', 单位: STATION, 身份证: '110101199003070003', 证号: '22370009110' };
  if (column === 'B' && text.includes('没有名为')) return STATION;
  const by = [
    ['A', '', cells[0] === '' ? '无名氏' : papers.姓名],
    ['B', '', papers.单位],
    ['C', '5.00237E+17', ''],
    ['C', '', papers.身份证],
    ['D', '2.2370E+10', papers.证号],
    ['D', '证号在册属于', '22370009111'],
    ['E', '', '市场监管'],
    ['F', '', '2024-01-03'],
    ['G', '', '2029-05-05'],
  ];
  return by.find(([where, says]) => where === column && text.includes(says))?.[2];
}

const csv = (rows) => Buffer.from(`\uFEFF巫山县行政执法人员花名册\r\n${[HEAD, ...rows].map((cells) => cells.join(',')).join('\r\n')}\r\n`);

async function send(page, name, buffer) {
  await page.getByLabel('花名册（XLSX 或者 CSV）').setInputFiles({ name, mimeType: 'application/octet-stream', buffer });
  return press(page, '核对');
}

/** The refused cells of the page: where, and what it says. */
async function refused(page) {
  const heading = page.getByRole('heading', { name: '先改这些单元格' });
  if ((await heading.count()) === 0) return [];
  const rows = page.locator('table', { has: page.getByRole('columnheader', { name: '问题与办法', includeHidden: true }) }).locator('tbody tr');
  return rows.evaluateAll((all) => all.map((one) => [one.children[0].textContent.trim(), one.children[2].textContent.trim()]));
}

export async function clerk(chrome, base) {
  const page = await sign_in(chrome, base, 'agency-admin');
  await page.goto(`${base}/console/officers`);
  await page.getByRole('link', { name: '导入或者导出花名册' }).click();
  await page.getByRole('heading', { name: '执法人员花名册' }).waitFor();
  await look_twice(page, 'register');
  // No file, and one that is no table.
  await page.locator('form[enctype]').evaluate((form) => { form.noValidate = true; });
  expect((await press(page, '核对')) === 400, 'no file is refused');
  expect((await page.getByRole('alert').textContent()).includes('请选择要核对的花名册文件'), 'and told');
  await send(page, '照片.png', Buffer.from('\x89PNG\r\n\x1a\n\0', 'latin1'));
  expect(await page.getByText('这个文件还不能导入').isVisible(), 'a picture is no roster');
  await look(page, 'register-no-table');

  const rows = SENT.map((cells) => [...cells]);
  expect((await send(page, '2026年执法人员花名册.csv', csv(rows))) === 200, 'the roster is checked');
  const told = await refused(page);
  const lines = new Set(told.map(([cell]) => cell.replace(/^[A-Z]+/, '')));
  expect(lines.size === 12, `twelve rows are refused: ${JSON.stringify(told)}`);
  expect((await page.getByRole('button', { name: '确认导入' }).count()) === 0, 'nothing is offered to confirm');
  await look_twice(page, 'register-refused');
  for (let round = 1; round <= 3; round += 1) {
    const cells = await refused(page);
    if (cells.length === 0) break;
    for (const [cell, text] of cells) {
      const [, column, line] = cell.match(/^([A-Z]+)?(\d+)$/);
      const place = Number(line) - 3;
      const value = mended(column, text, rows[place]);
      expect(value !== undefined, `${cell} can be mended by: ${text}`);
      if (value !== undefined) rows[place][column.charCodeAt(0) - 65] = value;
    }
    await send(page, '2026年执法人员花名册（改）.csv', csv(rows));
  }
  expect((await refused(page)).length === 0, `all is mended: ${JSON.stringify(await refused(page))}`);
  await look_twice(page, 'register-clean');
  await page.locator('form', { has: page.locator('#reason') }).evaluate((form) => { form.noValidate = true; });
  expect((await press(page, '确认导入')) === 400, 'an import needs a reason');
  await page.getByLabel('事由').fill('2026年度执法人员登记');
  expect((await press(page, '确认导入')) === 200, 'it is imported');
  expect(await page.getByText('已导入：新增 14，变更 0，不变 0').isVisible(), 'and says what was done');
  await look_twice(page, 'register-imported');

  await send(page, '同一份.csv', csv(rows));
  expect(await page.getByText('文件与在册信息一致，无需导入').isVisible(), 'the same file again changes nothing');
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'XLSX' }).click()]);
  expect(download.suggestedFilename().startsWith('执法人员花名册-'), `a name in Chinese: ${download.suggestedFilename()}`);
  await send(page, download.suggestedFilename(), readFileSync(await download.path()));
  expect(await page.getByText('文件与在册信息一致，无需导入').isVisible(), 'what is exported is what is in the register');
  // A renewed certificate shows both days.
  await send(page, '换证.csv', csv([row('向春梅', STATION, '', '22370009101', ['市场监管', '2024.5.6', '2034-5-5'])]));
  expect(await page.getByText('2034-05-05').isVisible(), 'a change shows what was and what is to be');
  await look_twice(page, 'register-changed');
  expect((await press(page, '撤回这个文件')) === 200, 'a file is taken back');
  expect((await page.getByRole('button', { name: '确认导入' }).count()) === 0, 'and nothing waits');
  await page.context().close();
}
