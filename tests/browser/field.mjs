// What the officers do on their phones: a case with a dispute, a record, photographs and values that try to be markup.

export const TITLE = '巫山县神女味道餐饮有限公司明码标价检查';
export const MARKUP = '<img src=x onerror=alert(1)>';
/** Where a finger goes for 向明英: from x, y to x, y, in hundredths of a millimetre. */
const PEN = [[420, 40, 330, 190], [90, 240, 80, 900], [90, 240, 800, 220], [800, 220, 790, 880], [790, 880, 690, 810],
  [290, 430, 300, 680], [290, 430, 590, 420], [590, 420, 580, 660], [300, 670, 590, 660], [1120, 180, 1130, 700],
  [1120, 180, 1390, 170], [1390, 170, 1380, 700], [1130, 430, 1380, 420], [1130, 690, 1390, 680], [1560, 100, 1510, 880],
  [1560, 100, 1880, 90], [1880, 90, 1870, 890], [1560, 350, 1870, 340], [1550, 590, 1870, 580], [2130, 220, 2780, 200],
  [2330, 90, 2340, 330], [2590, 80, 2580, 320], [2260, 420, 2270, 620], [2260, 420, 2660, 410], [2660, 410, 2650, 620],
  [2080, 640, 2850, 620], [2450, 320, 2440, 600], [2440, 630, 2110, 930], [2480, 640, 2840, 930]];
/** The strokes, with a tremble: x, y, milliseconds, and −1, −1 where the finger is lifted. */
const STROKES = PEN.flatMap(([x, y, toX, toY], order) => [
  ...Array.from({ length: 9 }, (_, n) => [
    600 + x + Math.trunc(((toX - x) * n) / 8) + ((n * n * 5 + order) % 17), 900 + y + Math.trunc(((toY - y) * n) / 8) + ((n * n * 3 + order) % 13),
    order * 260 + n * 16]).flat(),
  -1, -1, order * 260 + 150]);
/** A made-up code that passes its checks. */
const CODE = '91500237MAB8000719';
export const CITIZEN = '500237199001011231';

/** Opens the case on one phone and joins on the other; both synchronise. Answers the case and its record. */
export async function inspect(a, b, mate) {
  await a.do('locate', { latitude_e7: 310746000, longitude_e7: 1098783000, accuracy_m: 8 });
  await b.do('locate', { latitude_e7: 310746000, longitude_e7: 1098785100, accuracy_m: 8 });
  const { tasks: [task] } = await a.do('prepare', {});
  const fields = {
    title: TITLE, address: '重庆市巫山县高唐街道广东中路188号', seats: 64, fire_extinguishers: 3, remarks: MARKUP,
    task_id: task.id, plan_approved_ms: task.approved_ms, enforcement_code: task.code, enterprise_code: `QYM${CODE}`,
    notice_number: `（巫市监）检通〔${new Date().getFullYear()}〕${task.id}`,
  };
  const { case: id } = await a.do('open', { kind: 'inspection', item: task.item, officers: [mate], fields });
  await a.do('save', { case: id, ops: [
    { record: 'code_shown' },
    { record: 'notice_handed' },
    { record: 'enterprise_code_scanned', value: `QYM${CODE}` },
    { record: 'certificate_shown', value: '22370001001、22370001002' },
    { record: 'rights_told', value: '告知检查事项，配合检查的义务，以及陈述、申辩、申请回避的权利' },
    { record: 'entered' },
    { add: 'party', order: 'a', as: 'p' },
    { put: 'name', on: 'p', value: '巫山县神女味道餐饮有限公司' },
    { put: 'party_type', on: 'p', value: 'company' },
    { put: 'uscc', on: 'p', value: CODE },
    { put: 'legal_representative', on: 'p', value: '向明英' },
    { put: 'citizen_number', on: 'p', value: CITIZEN },
    { put: 'phone', on: 'p', value: '13800138000' },
  ] });
  const saved = await a.do('save', { case: id, ops: [
    { add: 'record', order: 'b', as: 'r' },
    { put: 'record_type', on: 'r', value: 'interview' },
    { put: 'asked_person', on: 'r', value: '向明英' },
    { add: 'line', order: 'a', as: 'q', on: 'r' },
    { put: 'question', on: 'q', value: '菜单为什么没有标价？' },
    { put: 'answer', on: 'q', value: '新换了菜单，还没来得及标。' },
  ] });
  const signed = { case: id, document: saved.names.r, form: 'interview_record', version: 1 };
  await a.do('sign', { ...signed, role: 'officer', manner: 'key' });
  await a.do('sign', { ...signed, role: 'party', manner: 'strokes', value: STROKES });
  await a.do('photo', { case: id, title: '大堂无价格公示牌', proves: '店内没有其他标价方式', scene: 1, bytes: 150000 });
  await a.do('sync', {});
  await b.do('sync', {});
  return id;
}

/** Both write the same field without seeing the other's value. */
export async function disagree(a, b, id) {
  await a.do('save', { case: id, ops: [{ put: 'fire_extinguishers', value: 4 }] });
  await b.do('save', { case: id, ops: [{ put: 'fire_extinguishers', value: 6 }] });
  await a.do('sync', {});
  await b.do('sync', {});
  await a.do('sync', {});
}

/** The supplement that was asked for. */
export async function supplement(a, id, record) {
  await a.do('sync', {});
  await a.do('save', { case: id, ops: [
    { add: 'supplementary_record', order: 'a', as: 's', on: record },
    { put: 'text', on: 's', value: '问：这种情况持续了多久？答：三天。' },
    { put: 'inspection_result', value: '已责令改正，未发现其他违法行为' },
  ] });
  await a.do('sync', {});
}

/** Saved on a phone that has not heard of the closing, and sent when the case is closed. */
export async function too_late(b, id, then) {
  await b.do('save', { case: id, ops: [{ put: 'seats', value: 66 }] });
  await then();
  await b.do('sync', {});
}

export async function settle(a, id) {
  await a.do('resolve', { case: id, field: 'fire_extinguishers', value: 6, reason: '两人共同复核：大堂4具、后厨2具' });
  await a.do('sync', {});
}
